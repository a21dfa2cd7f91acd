/** Turns results into files: metrics tables, the report page, the run directory. */
package org.kerasgraft.report;
