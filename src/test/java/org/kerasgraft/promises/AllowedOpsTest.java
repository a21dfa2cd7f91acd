package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.savedmodel.HostileModel;
import org.kerasgraft.savedmodel.HostileModel.Spot;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.OpDef;

/** P6: of all registered ops exactly the listed ones pass, wherever they stand. */
class AllowedOpsTest {

  private static final Path LIST =
      Path.of("src/main/resources/org/kerasgraft/savedmodel/allowed-ops.txt");

  @TempDir private Path directory;

  /** The list as a person reads it, apart from the code that does. */
  private static Set<String> listed(String section) throws IOException {
    String text = Files.readString(LIST);
    String rest = text.substring(text.indexOf("[" + section + "]") + section.length() + 2);
    int end = rest.indexOf("\n[");
    return (end < 0 ? rest : rest.substring(0, end))
        .lines()
        .filter(line -> !line.startsWith("#"))
        .flatMap(line -> Stream.of(line.split(" ")))
        .filter(word -> !word.isBlank())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** From the runtime itself, the ops for its own use ({@code _Send}) too. */
  private static Set<String> registered() {
    return TensorFlow.registeredOpList().getOpList().stream()
        .map(OpDef::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> expected(Spot spot) throws IOException {
    return switch (spot) {
      case MAIN_GRAPH, FUNCTION_THAT_NOTHING_CALLS, GRADIENT_FUNCTION -> listed("computation");
      case INIT_FUNCTION -> listed("initialization");
      case SAVER_FUNCTION -> {
        Set<String> both = listed("computation");
        both.addAll(listed("saver"));
        yield both;
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void theAcceptedOpsAreTheListedOnes(Spot spot) throws IOException {
    Set<String> registered = registered();
    Set<String> accepted =
        registered.stream()
            .filter(op -> HostileModel.passes(op, spot, directory))
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals(expected(spot), accepted);
    String where = spot.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    Promises.of(6)
        .tried("each registered op in the " + where, registered.size())
        .holds(accepted.size() + " accepted, exactly the listed ones");
  }

  @Test
  void mostOpsAreNotListed() {
    assertTrue(registered().size() > 1_700, "the registry was read");
    for (String op : Set.of("WriteFile", "ReadFile", "PyFunc", "Abort", "PrintV2", "_Send")) {
      assertTrue(registered().contains(op), op);
      assertTrue(!HostileModel.passes(op, Spot.MAIN_GRAPH, directory), op);
    }
  }
}
