package org.kerasgraft.features;

/** What is known of inputs on which a process that was watched has ended. */
public interface CrashNotes {

  /**
   * Notes that an input ends the process.
   *
   * @param input its number
   * @param detail how; becomes the detail of its row
   * @return false if that was known: it is not the cause
   */
  boolean blame(int input, String detail);

  /**
   * Notes that the inputs of a batch shall run alone first, to find the one that ends the process.
   *
   * @param first the first input of the batch
   * @return false if that was noted before
   */
  boolean separate(int first);

  /**
   * How far the work has come; grows with each finished batch.
   *
   * @return any number
   */
  long progress();

  /**
   * An input for a message.
   *
   * @param input its number
   * @return the image's path in quotes, or the number of a row
   */
  String name(int input);
}
