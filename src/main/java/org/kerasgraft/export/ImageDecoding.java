package org.kerasgraft.export;

import java.util.List;
import org.kerasgraft.data.ImageSize;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Encoded images to pixels inside the exported graph, equal to Keras' {@code
 * image_dataset_from_directory}: decoded to three channels, resized bilinearly with half-pixel
 * centers. One function decodes one image; {@code MapDefun} applies it to each of a batch.
 */
final class ImageDecoding {

  static final ServedTensor INPUT =
      new ServedTensor("image_bytes", DataType.DT_STRING, Shape.of(Shape.UNKNOWN_SIZE));

  /** The decoded batch, as a function body names it: float32 RGB 0..255 (n, h, w, 3). */
  static final String DECODED_IN_FUNCTION = "decode_images:output:0";

  private static final String FUNCTION = "__inference_decode_image_4";
  private static final int CHANNELS = 3;

  private ImageDecoding() {}

  static Shape pixels(ImageSize size) {
    return Shape.of(size.height(), size.width(), CHANNELS);
  }

  static FunctionDef function(ImageSize size) {
    return FunctionDef.newBuilder()
        .setSignature(
            OpDef.newBuilder()
                .setName(FUNCTION)
                .addInputArg(argument("image", DataType.DT_STRING))
                .addOutputArg(argument("pixels", DataType.DT_FLOAT)))
        .addNodeDef(
            Attributes.node("DecodeImage", "decode", "image")
                .putAttr("channels", Attributes.integer(CHANNELS))
                .putAttr("expand_animations", Attributes.bool(false)))
        .addNodeDef(Attributes.integer("axis", 0))
        .addNodeDef(
            Attributes.node("ExpandDims", "batch", "decode:image:0", "axis:output:0")
                .putAttr("T", Attributes.type(DataType.DT_UINT8)))
        .addNodeDef(Attributes.integers("size", size.height(), size.width()))
        .addNodeDef(
            Attributes.node("ResizeBilinear", "resize", "batch:output:0", "size:output:0")
                .putAttr("T", Attributes.type(DataType.DT_UINT8))
                .putAttr("half_pixel_centers", Attributes.bool(true)))
        .addNodeDef(Attributes.integers("shape", size.height(), size.width(), CHANNELS))
        .addNodeDef(
            Attributes.node("Reshape", "unbatch", "resize:resized_images:0", "shape:output:0")
                .putAttr("T", Attributes.type(DataType.DT_FLOAT)))
        .putRet("pixels", "unbatch:output:0")
        .build();
  }

  /** The node that decodes a batch, named so that {@link #DECODED_IN_FUNCTION} is its output. */
  static NodeDef batched(ImageSize size) {
    return Attributes.node("MapDefun", "decode_images", INPUT.key())
        .putAttr("Targuments", Attributes.types(List.of(DataType.DT_STRING)))
        .putAttr("output_types", Attributes.types(List.of(DataType.DT_FLOAT)))
        .putAttr("output_shapes", Attributes.shapes(pixels(size)))
        .putAttr("f", Attributes.function(FUNCTION))
        .build();
  }

  private static OpDef.ArgDef argument(String name, DataType type) {
    return OpDef.ArgDef.newBuilder().setName(name).setType(type).build();
  }
}
