/**
 * Assertions and golden files for JUnit tests of graph surgery; needs {@code org.opentest4j}, which
 * JUnit 5 brings, and which no other package uses.
 */
package org.kerasgraft.junit;
