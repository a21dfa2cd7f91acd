package org.kerasgraft.savedmodel;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Whether a text is a serialized graph with an op in it, told by its tags, since a short text can
 * describe more than memory holds: {@code GraphDef.node = 1}, {@code library = 2}, there {@code
 * function = 1} with {@code node_def = 3}; a node's {@code op = 2}.
 */
final class HiddenGraph {

  /** Too short for a node with an op. */
  private static final int SHORTEST = 8;

  /** The longest name of a registered op is half of that. */
  private static final int LONGEST_OP = 200;

  private final CodedInputStream in;
  private boolean found;

  /** What a message on the way from the graph to an op is. */
  private enum Level {
    GRAPH,
    LIBRARY,
    FUNCTION,
    NODE;

    /** What a field of it holds; null if it is of no interest. */
    private Level below(int field) {
      return switch (this) {
        case GRAPH -> field == 1 ? NODE : field == 2 ? LIBRARY : null;
        case LIBRARY -> field == 1 ? FUNCTION : null;
        case FUNCTION -> field == 3 ? NODE : null;
        case NODE -> null;
      };
    }
  }

  private HiddenGraph(ByteString text) {
    this.in = text.newCodedInput();
  }

  /** Whether it can be read as a graph that holds a registered op, in a function or not. */
  static boolean is(ByteString text) {
    if (text.size() < SHORTEST) {
      return false;
    }
    HiddenGraph graph = new HiddenGraph(text);
    try {
      graph.read(Level.GRAPH);
      return graph.found;
    } catch (IOException e) {
      return false; // a text, or anything else that is no graph
    }
  }

  private void read(Level level) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int wire = WireFormat.getTagWireType(tag);
      if (wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        delimited(level, WireFormat.getTagFieldNumber(tag));
      } else if (wire != WireFormat.WIRETYPE_START_GROUP && wire != WireFormat.WIRETYPE_END_GROUP) {
        in.skipField(tag); // a group's fields are looked at as if they stood here
      }
    }
  }

  private void delimited(Level level, int field) throws IOException {
    int size = in.readRawVarint32();
    Level below = level.below(field);
    if (below != null) {
      int outer = in.pushLimit(size);
      read(below);
      in.popLimit(outer);
    } else if (level == Level.NODE && field == 2 && size <= LONGEST_OP) {
      String op = new String(in.readRawBytes(size), java.nio.charset.StandardCharsets.UTF_8);
      found |= OpRegistry.names().contains(op);
    } else {
      in.skipRawBytes(size);
    }
  }
}
