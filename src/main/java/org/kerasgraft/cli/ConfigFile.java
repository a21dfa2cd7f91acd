package org.kerasgraft.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.NearNames;

/**
 * Options from a JSON file: one object whose keys are the long options without their dashes. A flag
 * is true or false, an option a text or number, one that takes several values may be an array. What
 * stands on the command line wins.
 */
final class ConfigFile {

  static final String OPTION = "config";

  /** Options fit in far less; a longer file is something else. */
  private static final long MOST_BYTES = 1 << 20;

  private static final Set<String> COMMAND_LINE_ONLY = Set.of(OPTION, "help");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final Path file;
  private final Options options;

  /**
   * A file that is not read yet.
   *
   * @param file JSON
   * @param options of the command
   */
  ConfigFile(Path file, Options options) {
    this.file = file;
    this.options = options;
  }

  /**
   * The file's options as words of a command line.
   *
   * @param given options that the command line has; those of the file are left out
   * @throws MissingInputException if there is no such file
   * @throws UnknownNameException if the command has no such option, with near names
   * @throws UsageException if it is no JSON object, or a value is of a wrong kind
   */
  List<String> words(Set<String> given) {
    List<String> words = new ArrayList<>();
    content()
        .properties()
        .forEach(
            entry -> {
              Option option = option(entry.getKey());
              List<String> values = words(option, entry.getValue());
              if (!given.contains(option.getLongOpt())) {
                words.addAll(values);
              }
            });
    return words;
  }

  private JsonNode content() {
    if (!Files.isRegularFile(file)) {
      throw new MissingInputException(
          "There is no file '" + file + "' for --config.", "Give a JSON file.");
    }
    try {
      long bytes = Files.size(file);
      if (bytes > MOST_BYTES) {
        throw unusable("has " + bytes + " bytes; options need less than " + MOST_BYTES);
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (!root.isObject()) {
        throw unusable("is not one JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " (line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ")";
      throw unusable("is no JSON" + where);
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e.getMessage() + ".", "", e);
    }
  }

  private UsageException unusable(String why) {
    return new UsageException(
        "The configuration '" + file + "' " + why + ".",
        "Write an object of options, as {\"batch-size\": 8, \"quiet\": true}.");
  }

  private Option option(String key) {
    Option option = options.getOption(key);
    if (option == null || !key.equals(option.getLongOpt()) || COMMAND_LINE_ONLY.contains(key)) {
      List<String> known =
          options.getOptions().stream()
              .map(Option::getLongOpt)
              .filter(name -> !COMMAND_LINE_ONLY.contains(name))
              .toList();
      throw new UnknownNameException(
          "key", key, "'" + file + "'", NearNames.of(key, known), "Keys are the long options.");
    }
    return option;
  }

  private List<String> words(Option option, JsonNode value) {
    String name = "--" + option.getLongOpt();
    if (!option.hasArg()) {
      if (!value.isBoolean()) {
        throw wrong(option, value, "true or false");
      }
      return value.booleanValue() ? List.of(name) : List.of();
    }
    List<String> words = new ArrayList<>();
    boolean several = OptionSection.isListed(option) && value.isArray();
    for (JsonNode one : several ? value : List.of(value)) {
      if (!one.isTextual() && !one.isNumber()) {
        String expected = OptionSection.isListed(option) ? ", or an array of them" : "";
        throw wrong(option, one, "a text or a number" + expected);
      }
      words.add(name + "=" + one.asText());
    }
    return words;
  }

  private UsageException wrong(Option option, JsonNode value, String expected) {
    return new UsageException(
        "'"
            + option.getLongOpt()
            + "' in '"
            + file
            + "' is "
            + value
            + "; expected "
            + expected
            + ".",
        "");
  }
}
