package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.cli.CommandLine;
import org.kerasgraft.promises.Uses.Use;

/** Each command, as it succeeds and as it ends on a user's mistake. */
final class CommandUses {

  /**
   * The exit code, then the words; {@code @} stands for the folder, {@code ^} for a new place in
   * it.
   */
  private static final List<String> LINES =
      List.of(
          "0 inspect @model",
          "66 inspect @none",
          "0 scan @model --format json",
          "77 scan @refused",
          "0 pictures --family target --per-class 1 --out ^",
          "73 pictures --per-class 1 --out @run",
          "0 features --model @model --at block5_pool --images @some-broken --out ^ --quiet",
          "0 features --model @model --at block5_pool --input @rows.npy --out ^ --quiet",
          "1 features --model @model --at block5_pool --images @some-broken --max-bad 0 --out ^",
          "2 features --model @model --at block6_pool --images @some-broken --out ^",
          "65 features --model @model --at block5_pool --images @broken --out ^",
          "0 train --model @model --images @some-broken --head flatten,dense(classes)"
              + " --head-epochs 1 --fine-tune-epochs 1 --cache @cache --out ^ --quiet",
          "1 train --model @model --images @some-broken --assert-accuracy-at-least 1 --cache @cache"
              + " --validation-split 0.5 --head-epochs 1 --fine-tune-epochs 0 --out ^ --quiet",
          "2 train --model @model --images @some-broken --trainable block6_* --out ^",
          "65 train --model @model --images @some-broken --head-optimizer sgd"
              + " --head-learning-rate 1e30 --head-epochs 9 --cache @cache --out ^ --quiet",
          "0 evaluate --model @run --images @some-broken",
          "66 evaluate --model @run --images @none",
          "0 predict --model @run --images @some-broken --top-k 2",
          "0 predict --model @run --input @rows.npy",
          "65 predict --model @model --images @some-broken",
          "0 to-keras --model @run --out ^",
          "65 to-keras --model @run --original @other --out ^",
          "2 demo --pictures 3",
          "2 trian");

  private CommandUses() {}

  static List<Use> all() {
    List<Use> uses = new ArrayList<>();
    for (String line : LINES) {
      uses.add(new Use("graft " + line.substring(line.indexOf(' ') + 1), on -> run(line, on)));
    }
    return uses;
  }

  private static void run(String line, Uses on) {
    String[] words = line.split(" ", -1);
    List<Object> arguments = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      String word = words[i];
      arguments.add(
          word.equals("^") ? on.fresh() : word.startsWith("@") ? on.at(word.substring(1)) : word);
    }
    CommandLine.Outcome outcome = CommandLine.run(arguments.toArray());
    assertEquals(Integer.parseInt(words[0]), outcome.code(), line + ": " + outcome.err());
  }
}
