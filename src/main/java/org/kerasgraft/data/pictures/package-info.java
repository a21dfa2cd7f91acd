/**
 * Pictures drawn by rule: outlines filled with textures, among clutter, in changing light. They
 * train the embedded model and feed the demo; one class and one seed give the same bytes on every
 * machine.
 */
package org.kerasgraft.data.pictures;
