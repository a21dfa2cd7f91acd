package org.kerasgraft.savedmodel;

/**
 * A layer as Keras 2 metadata describes it.
 *
 * @param name the Keras name, {@code outer/inner} inside a nested model
 * @param className the Keras class, for example {@code Conv2D}
 * @param trainable the layer's own flag at export
 * @param calls how often its functional or sequential model calls it; 0 if that is not recorded
 */
public record KerasLayer(String name, String className, boolean trainable, int calls) {}
