// The built program as a user has it: processes, files, signals. One test at a time, so that the processes of one do
// not slow the other's down.

import Testing

@Suite(.serialized) enum WholeProgram {}
