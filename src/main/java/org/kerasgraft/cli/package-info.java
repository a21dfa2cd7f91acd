/** The command line: options to records to the facade. The only place that prints or exits. */
package org.kerasgraft.cli;
