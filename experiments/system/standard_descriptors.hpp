// What a program may take for granted of the system when it starts, and here does not.
#pragma once

namespace lengthwise {

// Opens descriptors 0 to 2 where they are closed, so that no file of ours takes their place and is written to as
// standard error. Writing to a standard output that was closed goes on failing. A write beyond the limit on the size of
// files (ulimit -f) fails too, and ends no program.
void open_standard_descriptors();

// From here on a reader that has gone (a pipe's other end) makes writing fail and does not end the program: for work
// that is worth more than what is said of it.
void outlive_readers();

}  // namespace lengthwise
