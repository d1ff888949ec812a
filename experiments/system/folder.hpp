// A result's folder: made once, held by one process at a time, and never a way out through a link.
#pragma once
#include <filesystem>
#include <optional>

#include "core/storage/read_text.hpp"
#include "experiments/system/lease.hpp"

namespace lengthwise {

// Makes the folder and those above it. Throws io_error when that is not possible.
void make_folder(const std::filesystem::path&);

// Throws usage_error, naming it, when the folder or anything below it is a symbolic link: writing there could end
// outside.
void refuse_links(const std::filesystem::path& folder);

// Deletes what a killed process left of files that it was writing in a folder that is held; nothing else.
enum class subfolders : bool { leave, enter };
void remove_temporaries(const std::filesystem::path& folder, subfolders);

// Holds a folder for this process: by a lock on FOLDER/lock, which the system lets go when the process ends, however it
// ends, and by a lease (lease.hpp), which holds where locks do not reach from machine to machine.
class folder_lock {
 public:
  // Throws io_error, with the holder's process id, when another process holds the folder and does not let go within
  // `patience_seconds`.
  explicit folder_lock(const std::filesystem::path& folder, double patience_seconds = 0);
  ~folder_lock();
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

  // Who had the folder on another machine, went silent and lost it to this process; empty when nobody.
  const std::string& broken_lease() const { return lease_->broken(); }

  // The process that holds the folder, if one does: "process 12", "process 12 on n7".
  static std::optional<read_text> holder(const std::filesystem::path& folder);

 private:
  int file;
  std::optional<lease> lease_;
};

}  // namespace lengthwise
