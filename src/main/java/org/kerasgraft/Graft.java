package org.kerasgraft;

import java.nio.file.Path;
import java.util.Optional;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.export.KerasReturn;
import org.kerasgraft.export.ReturnedModel;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.SavedModelReader;

/**
 * The way in: opens Keras models to be grafted, and models that were.
 *
 * <pre>{@code
 * Head head = Head.builder().flatten().dense(256, RELU).dropout(0.5f).classes(2).build();
 * try (Backbone vgg16 = Graft.open(Path.of("savedmodels/vgg16")).cutAfter("block5_pool");
 *     TrainedModel model =
 *         Trainer.of(vgg16, head)
 *             .trainable(Variables.headAnd("block5_*"))
 *             .fit(ImageFolder.open(Path.of("images")), Training.kerasBlog())) {
 *   System.out.println(model.report());
 *   model.save(Path.of("savedmodels/cats-dogs"));
 * }
 * }</pre>
 */
public final class Graft {

  private Graft() {}

  /**
   * Opens a Keras model as data; nothing native is held yet.
   *
   * @param directory a SavedModel directory; never written to
   * @return the model, to be cut
   * @throws org.kerasgraft.error.MissingInputException if there is no such directory
   * @throws org.kerasgraft.error.InvalidModelException if it is no SavedModel, or is damaged
   * @throws org.kerasgraft.error.ModelRefusedException if it holds an op that {@link OpPolicy} does
   *     not list
   */
  public static KerasModel open(Path directory) {
    return open(directory, OpPolicy.listed());
  }

  /**
   * Opens a Keras model that may hold more ops than the listed ones, because you trust it.
   *
   * @param directory as for {@link #open(Path)}
   * @param policy which ops the model may hold
   * @return the model, to be cut
   * @throws org.kerasgraft.error.ModelRefusedException if it holds any other
   */
  public static KerasModel open(Path directory, OpPolicy policy) {
    Manifest.check(Manifest.Kind.MODEL, directory);
    return KerasModel.of(Network.of(SavedModelReader.read(directory, policy)));
  }

  /**
   * Reopens a model that {@link TrainedModel#save} or {@code graft train} wrote, to predict. Its
   * preprocessing is inside. Predicting is safe from many threads.
   *
   * @param directory what was saved, a run, its {@code model}, or a version below that
   * @return the model, owned by the caller
   * @throws org.kerasgraft.error.InvalidModelException if it was not written by this library
   */
  public static ServedModel load(Path directory) {
    return ServedModel.open(directory);
  }

  /**
   * Reopens a model that may hold more ops than the listed ones, because you trust it.
   *
   * @param directory as for {@link #load(Path)}
   * @param policy which ops the model may hold
   * @return the model, owned by the caller
   * @throws org.kerasgraft.error.ModelRefusedException if it holds any other
   */
  public static ServedModel load(Path directory, OpPolicy policy) {
    return ServedModel.open(directory, RuntimeOptions.defaults(), policy);
  }

  /**
   * Takes a saved model back into Keras: for a Keras 2 original a copy of it with the new values,
   * for Keras 3 a weights file for {@code load_weights}; with a script that builds the whole.
   *
   * @param saved as for {@link #load(Path)}
   * @param target absent or an empty directory; appears complete or not at all
   * @return what was written
   * @throws org.kerasgraft.error.MissingInputException if the original is no longer where it was
   * @throws org.kerasgraft.error.ModelRefusedException if the original is no Keras model
   */
  public static ReturnedModel toKeras(Path saved, Path target) {
    return KerasReturn.of(saved, Optional.empty()).writeAtomically(target);
  }

  /**
   * The same with the original at another place than when it was opened.
   *
   * @param saved as for {@link #load(Path)}
   * @param target absent or an empty directory
   * @param original the model that {@code saved} was made from; only read
   * @return what was written
   * @throws org.kerasgraft.error.InvalidModelException if it is another model, saying what differs
   */
  public static ReturnedModel toKeras(Path saved, Path target, Path original) {
    return KerasReturn.of(saved, Optional.of(original)).writeAtomically(target);
  }
}
