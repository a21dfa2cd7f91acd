package org.kerasgraft.features;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.data.CsvCell;
import org.kerasgraft.data.PathText;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.internal.NewFile;

/** {@code index.csv}: RFC 4180, UTF-8, texts as {@link CsvCell} has them. */
public final class IndexFile {

  private static final String HEADER = "row,path,label,status,detail";
  private static final int COLUMNS = 5;
  private static final String END = "\r\n";

  /** Where the first input's line begins. */
  static final int HEADER_BYTES = HEADER.length() + END.length();

  private IndexFile() {}

  /**
   * Writes an index.
   *
   * @param file the file; replaced if it exists
   * @param rows its lines in order
   * @throws org.kerasgraft.error.StorageException if the disk refuses
   */
  public static void write(Path file, List<IndexRow> rows) {
    StringBuilder text = new StringBuilder(HEADER + END);
    rows.forEach(row -> text.append(line(row)));
    NewFile.text(file, text.toString());
  }

  /** The bytes of the first line. */
  static byte[] header() {
    return (HEADER + END).getBytes(StandardCharsets.UTF_8);
  }

  /** One input's line, its end included. */
  static String line(IndexRow row) {
    return String.join(
            ",",
            row.isAccepted() ? Integer.toString(row.row()) : "",
            CsvCell.of(row.path()),
            CsvCell.of(row.label()),
            CsvCell.of(row.status()),
            CsvCell.of(row.detail()))
        + END;
  }

  static List<IndexRow> read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw damaged(file, e);
    }
    List<List<String>> records = records(text);
    if (records.isEmpty() || !String.join(",", records.get(0)).equals(HEADER)) {
      throw damaged(file, null);
    }
    List<IndexRow> rows = new ArrayList<>();
    for (List<String> cells : records.subList(1, records.size())) {
      if (cells.size() != COLUMNS) {
        throw damaged(file, null);
      }
      try {
        PathText.requirePrintable(cells.subList(1, 3), "the path or label");
        int row = cells.get(0).isEmpty() ? IndexRow.REJECTED : Integer.parseInt(cells.get(0));
        rows.add(
            new IndexRow(
                row,
                CsvCell.plain(cells.get(1)),
                CsvCell.plain(cells.get(2)),
                cells.get(3),
                CsvCell.plain(cells.get(4))));
      } catch (IllegalArgumentException e) {
        throw damaged(file, e);
      }
    }
    return rows;
  }

  private static InvalidDataException damaged(Path file, Exception cause) {
    return new InvalidDataException(
        "'" + file + "' is no readable index of features.", "Compute the features again.", cause);
  }

  private static List<List<String>> records(String text) {
    List<List<String>> records = new ArrayList<>();
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
        cell.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (quoted || (c != ',' && c != '\r' && c != '\n')) {
        cell.append(c);
      } else if (c != '\r') {
        cells.add(cell.toString());
        cell.setLength(0);
        if (c == '\n') {
          records.add(cells);
          cells = new ArrayList<>();
        }
      }
    }
    return records;
  }
}
