/** A head as a value, and its construction in a live graph. Knows no files. */
package org.kerasgraft.head;
