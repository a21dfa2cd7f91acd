package org.kerasgraft.savedmodel;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What an op that is not allowed reaches, for messages. Only words: whether an op is allowed is
 * {@link OpPolicy}'s.
 */
enum OpReach {
  PYTHON("calls Python", "(Eager)?PyFunc.*"),
  PROCESS("ends or blocks the process", "Abort|Barrier.*|.*Queue.*|Mutex.*|ConsumeMutexLock"),
  DATASET(
      "runs a data pipeline, which may read files and hold graphs of its own",
      ".*Dataset.*|.*Iterator.*|DatasetFromGraph"),
  NETWORK(
      "talks to other processes",
      ".*Rpc.*|.*DataService.*|(_)?(Host)?(Send|Recv)|Collective.*|Nccl.*|RemoteCall|WorkerHeartbeat"),
  SUMMARY("writes event files", ".*Summary.*|ImportEvent"),
  PRINTS("prints or dumps tensors, to files too", "Print(V2)?|Debug.*|DumpTensor"),
  FILES(
      "reads or writes files",
      "ReadFile|WriteFile|MatchingFiles|.*Reader.*|Save.*|Restore.*|MergeV2Checkpoints|ShardedFile.*"
          + "|.*FromTextFile.*|ImmutableConst|FileSystemSetConfiguration|LoadAndRemapMatrix"
          + "|GenerateVocabRemapping|RecordInput|CalibrationStatisticsSaver|DistributedSave"),
  ACCELERATOR("is for accelerators", "Xla.*|.*TPU.*|TfLite.*|.*Tpu.*|MlirPassthroughOp"),
  UNKNOWN("is not on the list of ops that a model may hold", ".*");

  private final String text;
  private final Pattern ops;

  OpReach(String text, String ops) {
    this.text = text;
    this.ops = Pattern.compile(ops);
  }

  /** One clause: "writes event files". */
  static String of(String op) {
    return List.of(values()).stream()
        .filter(reach -> reach.ops.matcher(op).matches())
        .findFirst()
        .orElse(UNKNOWN)
        .text;
  }
}
