package org.kerasgraft.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.internal.FlightRecord;

/**
 * What a command and the process that predicts for it say to each other. The command asks, the
 * process answers, one after the other. Before whatever may end it the process says what it is
 * about to do; that is in the command's hands even if it was the last thing it ever said.
 */
final class PredictionLink implements AutoCloseable {

  /** What the command wants. */
  enum Request {
    /** Forget all inputs, and make room for so many. */
    BEGIN,
    /** Take in an encoded image. */
    IMAGE,
    /** Take in a row of values. */
    ROW,
    /** Run the model on what was taken in. */
    RUN,
    /** The same, after each input alone. */
    RUN_EACH_FIRST
  }

  /** What the process says. */
  private enum Reply {
    ABOUT,
    DECODED,
    PROBABILITIES
  }

  private static final int LONGEST_DETAIL = 1000;

  private final SocketChannel channel;
  private final DataInputStream in;
  private final DataOutputStream out;
  private Optional<FlightRecord.Entry> last = Optional.empty();

  PredictionLink(SocketChannel channel) {
    this.channel = channel;
    this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
    this.out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
  }

  /** Asks for an image to be decoded, and waits for what becomes of it. */
  DecodeResult decode(int input, byte[] encoded) throws IOException {
    write(Request.IMAGE);
    out.writeInt(input);
    out.writeInt(encoded.length);
    out.write(encoded);
    out.flush();
    await(Reply.DECODED);
    return new DecodeResult(read(DecodeStatus.class), in.readUTF());
  }

  /** Gives a row of values. */
  void row(int input, float[] values) throws IOException {
    write(Request.ROW);
    out.writeInt(input);
    write(values);
  }

  /** Begins with other inputs, so many at the most. */
  void begin(int most) throws IOException {
    write(Request.BEGIN);
    out.writeInt(most);
  }

  /** Asks for the answers to what was given, and waits for them. */
  float[][] run(boolean eachFirst, int rows, int classes) throws IOException {
    write(eachFirst ? Request.RUN_EACH_FIRST : Request.RUN);
    out.flush();
    await(Reply.PROBABILITIES);
    float[][] probabilities = new float[rows][classes];
    for (float[] row : probabilities) {
      read(row);
    }
    return probabilities;
  }

  /** What the process said last that it was about to do; empty if it never said anything. */
  Optional<FlightRecord.Entry> last() {
    return last;
  }

  /** After the process has ended: hears what it had still said. */
  void drain() {
    try {
      await(null);
    } catch (IOException e) {
      return; // its end, as expected
    }
  }

  private void await(Reply wanted) throws IOException {
    Reply reply = read(Reply.class);
    while (reply == Reply.ABOUT) {
      last =
          Optional.of(
              new FlightRecord.Entry(read(FlightRecord.Doing.class), in.readInt(), in.readInt()));
      reply = read(Reply.class);
    }
    if (reply != wanted) {
      throw new IOException("'" + reply + "' in the place of '" + wanted + "'");
    }
  }

  private <E extends Enum<E>> E read(Class<E> type) throws IOException {
    String name = in.readUTF();
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + name + "' is no " + type.getSimpleName(), e);
    }
  }

  private void write(Enum<?> value) throws IOException {
    out.writeUTF(value.name());
  }

  /** In the process: what is wanted next; an {@link java.io.EOFException} if nothing more is. */
  Request next() throws IOException {
    return read(Request.class);
  }

  /** In the process: the number that follows, of an input or of all. */
  int number() throws IOException {
    return in.readInt();
  }

  /** In the process: the image that follows. */
  byte[] image() throws IOException {
    return in.readNBytes(in.readInt());
  }

  /** In the process: the row that follows. */
  void read(float[] row) throws IOException {
    for (int i = 0; i < row.length; i++) {
      row[i] = in.readFloat();
    }
  }

  /** In the process: says what it is about to do. */
  void about(FlightRecord.Doing doing, int input, int rows) throws IOException {
    write(Reply.ABOUT);
    write(doing);
    out.writeInt(input);
    out.writeInt(rows);
    out.flush();
  }

  /** In the process: says what became of an image. */
  void decoded(DecodeResult result) throws IOException {
    String detail = result.detail();
    write(Reply.DECODED);
    write(result.status());
    out.writeUTF(detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) : detail);
    out.flush();
  }

  /** In the process: gives the answers. */
  void probabilities(float[][] rows) throws IOException {
    write(Reply.PROBABILITIES);
    for (float[] row : rows) {
      write(row);
    }
    out.flush();
  }

  private void write(float[] values) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      return; // nothing is sent any more
    }
  }
}
