// Where an open library lies: of POSIX there is no way, and glibc's is invisible to Swift.

#ifndef LIBRARY_PATH_H
#define LIBRARY_PATH_H

// The path by which the loader opened it, which may hold links; NULL where it does not know. Lives as long as the library.
const char *library_path(void *library);

#endif
