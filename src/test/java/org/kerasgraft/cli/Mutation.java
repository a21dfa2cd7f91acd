package org.kerasgraft.cli;

/**
 * One change of a model's file.
 *
 * @param number its seed
 * @param kind the kind of field that was changed
 * @param change what was done, for a person
 * @param bytes the changed file
 */
record Mutation(int number, String kind, String change, byte[] bytes) {

  @Override
  public String toString() {
    return number + " " + kind + ": " + change;
  }
}
