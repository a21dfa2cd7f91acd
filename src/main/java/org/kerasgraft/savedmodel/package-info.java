/**
 * A SavedModel directory as data: signatures, variables, Keras metadata. No graph, no session, no
 * native code.
 */
package org.kerasgraft.savedmodel;
