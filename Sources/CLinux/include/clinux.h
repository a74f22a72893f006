// Linux calls that glibc shows only to those who define _GNU_SOURCE, which Swift does not.
#pragma once

/// Renames within one file system unless `to` exists. 0, or -1 with errno: EEXIST; EINVAL or ENOSYS where the file
/// system or kernel knows no such rename.
int clinux_rename_exclusive(const char *from, const char *to);

/// pipe(2) whose ends no other thread's child can inherit.
int clinux_pipe(int ends[2]);
