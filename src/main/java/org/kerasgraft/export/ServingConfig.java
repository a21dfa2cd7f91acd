package org.kerasgraft.export;

import org.kerasgraft.backbone.RuntimeOptions;
import org.tensorflow.proto.ConfigProto;

/** Runtime options in TensorFlow's own form. */
final class ServingConfig {

  private ServingConfig() {}

  static ConfigProto of(RuntimeOptions options) {
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(options.threads())
            .setInterOpParallelismThreads(options.threads())
            .setAllowSoftPlacement(true);
    if (options.device() == RuntimeOptions.Device.CPU) {
      config.putDeviceCount("GPU", 0);
    }
    return config.build();
  }
}
