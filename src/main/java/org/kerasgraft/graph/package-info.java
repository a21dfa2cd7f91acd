/**
 * Pure {@code GraphDef} to {@code GraphDef} rewrites: inline, locate layers, cut, prune. No
 * session, no files.
 */
package org.kerasgraft.graph;
