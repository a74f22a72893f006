// Linux calls that glibc shows only to those who define _GNU_SOURCE, which Swift does not.
#pragma once

#include <spawn.h>

/// Renames within one file system unless `to` exists. 0, or -1 with errno: EEXIST; EINVAL or ENOSYS where the file
/// system or kernel knows no such rename.
int clinux_rename_exclusive(const char *from, const char *to);

/// Swaps the names of two folders or files of one file system, which a crash cannot tear. 0, or -1 with errno: EINVAL or
/// ENOSYS where the file system or kernel knows no such rename.
int clinux_rename_exchange(const char *one, const char *other);

/// pipe(2) whose ends no other thread's child can inherit.
int clinux_pipe(int ends[2]);

/// Has a process that is to be spawned begin in a folder. 0 or an errno.
int clinux_spawn_in_folder(posix_spawn_file_actions_t *actions, const char *folder);
