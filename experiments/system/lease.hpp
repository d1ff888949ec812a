// A folder held across machines, where the system's own locks may hold on one machine only: FOLDER/lease names the
// holder, who writes it anew every few seconds for as long as it lives.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace lengthwise {

// Who holds a folder, as the lease says it; `beat` counts how often it was written.
struct lease_holder {
  std::string host, boot;  // the machine's name, and which start of its system
  int process = 0;
  std::string number;  // of this lease among all
  long beat = 0;

  bool same_machine(const lease_holder& other) const { return host == other.host && boot == other.boot; }
  bool operator==(const lease_holder&) const = default;
};
// Nothing when there is none; nobody in particular while it is being written.
std::optional<lease_holder> read_lease(const std::filesystem::path& folder);
// This process.
lease_holder own_lease();

// Seconds without a beat after which a holder on another machine counts as dead: 60, or LENGTHWISE_LEASE_SECONDS, the
// same on all machines.
double lease_seconds();

class lease {
 public:
  // Takes the folder, which must be there. A holder on this machine is dead where `alone`, the system's lock, says so;
  // one on another machine is watched by this machine's steady clock, and its lease is broken when it was not renewed
  // for lease_seconds(). Throws io_error when a live one does not let go within `patience_seconds`.
  lease(const std::filesystem::path& folder, bool alone, double patience_seconds);
  ~lease();
  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;

  // Who held it and was found dead on another machine; empty when nobody.
  const std::string& broken() const { return broken_; }

 private:
  bool create();
  void renew(const std::stop_token&);

  std::filesystem::path file_;
  lease_holder own_;
  std::string broken_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread renewing_;  // the last member: it uses the others
};

}  // namespace lengthwise
