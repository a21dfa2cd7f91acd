/**
 * The workflow on one screen: open a Keras model, cut it, add a head, fit, save. Only delegates to
 * the stages.
 */
package org.kerasgraft;
