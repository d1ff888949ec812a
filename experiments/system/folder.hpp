// A result's folder: made once, held by one process at a time, and never a way out through a link.
#pragma once
#include <filesystem>
#include <optional>

namespace lengthwise {

// Makes the folder and those above it. Throws io_error when that is not possible.
void make_folder(const std::filesystem::path&);

// Throws usage_error, naming it, when the folder or anything below it is a symbolic link: writing there could end
// outside.
void refuse_links(const std::filesystem::path& folder);

// Deletes what a killed process left of files that it was writing in a folder that is held; nothing else.
enum class subfolders : bool { leave, enter };
void remove_temporaries(const std::filesystem::path& folder, subfolders);

// Holds a folder for this process by a lock on FOLDER/lock, which the system lets go when the process ends, however it
// ends. The file keeps the process id of the holder.
class folder_lock {
 public:
  // Throws io_error, with the holder's process id, when another process holds the folder and does not let go within
  // `patience_seconds`.
  explicit folder_lock(const std::filesystem::path& folder, double patience_seconds = 0);
  ~folder_lock();
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

  // The process that holds the folder, if one does; 0 when it is held but has not yet said by whom.
  static std::optional<int> holder(const std::filesystem::path& folder);

 private:
  int file;
};

}  // namespace lengthwise
