// Linux calls that glibc shows only to those who define _GNU_SOURCE, which Swift does not.
#pragma once

#include <spawn.h>

/// Renames within one file system unless `to` exists. 0, or -1 with errno: EEXIST; EINVAL or ENOSYS where the file
/// system or kernel knows no such rename.
int clinux_rename_exclusive(const char *from, const char *to);

/// Swaps the names of two folders or files of one file system, which a crash cannot tear. 0, or -1 with errno: EINVAL or
/// ENOSYS where the file system or kernel knows no such rename.
int clinux_rename_exchange(const char *one, const char *other);

/// When a file or folder was made, in nanoseconds since 1970; 0 where there is none or the file system does not say.
long long clinux_birth(const char *path);

/// pipe(2) whose ends no other thread's child can inherit.
int clinux_pipe(int ends[2]);

/// Has a process that is to be spawned begin in a folder. 0 or an errno.
int clinux_spawn_in_folder(posix_spawn_file_actions_t *actions, const char *folder);

/// The read end of a pipe that gets one byte, its number, for each signal that was taken; made by the first call, which
/// must come before the others. -1 with errno where there is none.
int clinux_signals(void);

/// From now on the signal is a byte in that pipe, or has its own effect again; this thread, and those that it starts, do
/// not block it. 0, or -1 with errno.
int clinux_take_signal(int number, int wanted);
