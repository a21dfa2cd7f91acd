package org.kerasgraft.cli;

import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GateNotMetException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.TooManyRejectedException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.MappingFault;

/** How a command ends; the numbers follow {@code sysexits.h} where it has one. */
enum ExitCode {
  OK(0, "ok"),
  UNMET(1, "finished, but too many bad rows or a gate not met"),
  USAGE(2, "usage"),
  BAD_DATA(65, "bad data"),
  NO_INPUT(66, "no input"),
  INTERNAL(70, "internal error"),
  CANNOT_CREATE(73, "cannot create the output"),
  STORAGE(74, "reading or writing failed"),
  REFUSED(77, "model refused"),
  INTERRUPTED(130, "interrupted");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }

  /** The code of a failure: the one place that maps errors to codes. */
  static ExitCode of(Throwable failure) {
    if (failure instanceof GraftException known) {
      return of(known);
    }
    return MappingFault.is(failure) ? STORAGE : INTERNAL;
  }

  private static ExitCode of(GraftException failure) {
    if (failure instanceof UsageException || failure instanceof UnknownNameException) {
      return USAGE;
    }
    if (failure instanceof InvalidDataException
        || failure instanceof InvalidModelException
        || failure instanceof TrainingDivergedException) {
      return BAD_DATA;
    }
    if (failure instanceof MissingInputException) {
      return NO_INPUT;
    }
    if (failure instanceof CannotCreateException) {
      return CANNOT_CREATE;
    }
    if (failure instanceof StorageException) {
      return STORAGE;
    }
    if (failure instanceof ModelRefusedException) {
      return REFUSED;
    }
    if (failure instanceof GateNotMetException || failure instanceof TooManyRejectedException) {
      return UNMET;
    }
    if (failure instanceof RunInterruptedException) {
      return INTERRUPTED;
    }
    throw new AssertionError("no exit code for " + failure.getClass(), failure);
  }
}
