package org.kerasgraft.backbone;

import org.kerasgraft.error.UsageException;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How a session is configured. The remapper is off: it may fuse away a node that is fetched (seen
 * with EfficientNet), and features must be those of the graph as it stands.
 *
 * @param config TensorFlow's configuration
 */
public record SessionSettings(ConfigProto config) {

  /**
   * Settings for some options.
   *
   * @param options device and threads
   * @return the settings
   * @throws UsageException if a GPU is asked for and there is none
   */
  public static SessionSettings of(RuntimeOptions options) {
    if (options.device() == RuntimeOptions.Device.GPU && !hasGpu(options)) {
      throw new UsageException(
          "A GPU was asked for, but TensorFlow sees none.",
          "Use --device cpu, or build with the GPU natives (Maven profile gpu) on a machine with CUDA.");
    }
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setAllowSoftPlacement(true)
            .setIntraOpParallelismThreads(options.threadsInUse())
            .setInterOpParallelismThreads(options.threads())
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .setGraphOptions(
                GraphOptions.newBuilder()
                    .setRewriteOptions(
                        RewriterConfig.newBuilder().setRemapping(RewriterConfig.Toggle.OFF)));
    if (options.device() == RuntimeOptions.Device.CPU) {
      config.putDeviceCount("GPU", 0);
    }
    return new SessionSettings(config.build());
  }

  /**
   * Settings for a session that only copies.
   *
   * @return the settings
   */
  public static SessionSettings plain() {
    return new SessionSettings(
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(RuntimeOptions.defaults().threadsInUse())
            .build());
  }

  /**
   * Whether networks run on a GPU with some options.
   *
   * @param options device and threads
   * @return true if a GPU is allowed and TensorFlow sees one
   */
  public static boolean usesGpu(RuntimeOptions options) {
    return options.device() != RuntimeOptions.Device.CPU && hasGpu(options);
  }

  /** Tries an op on the first GPU, without soft placement. */
  private static boolean hasGpu(RuntimeOptions options) {
    ConfigProto modest =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(options.threadsInUse())
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .build();
    try (Graph graph = new Graph();
        Session session = new Session(graph, false, modest)) {
      DeviceSpec gpu =
          DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.GPU).deviceIndex(0).build();
      var one = Ops.create(graph).withDevice(gpu).constant(1f);
      session.runner().fetch(one).run().close();
      return true;
    } catch (TensorFlowException | IllegalArgumentException e) {
      return false;
    }
  }
}
