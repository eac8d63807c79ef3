// The states of an import and how its file is written. Pure.
#pragma once
#include <cstdint>
#include <string_view>

#include "platform/core/words.hpp"

namespace market::product::domain {

enum class ImportState : std::uint8_t { kPending, kRunning, kDone, kFailed };
inline constexpr Words<ImportState, 4> kImportStates{"state of an import",
                                                     {"PENDING", "RUNNING", "DONE", "FAILED"}};
inline std::string_view Name(ImportState state) { return kImportStates.Name(state); }
inline void FromText(std::string_view word, ImportState& state) { state = kImportStates.Require(word); }

enum class ImportFormat : std::uint8_t { kCsv, kJsonLines };
inline constexpr Words<ImportFormat, 2> kImportFormats{"format of an import", {"CSV", "JSON_LINES"}};
inline std::string_view Name(ImportFormat format) { return kImportFormats.Name(format); }
inline void FromText(std::string_view word, ImportFormat& format) { format = kImportFormats.Require(word); }

}  // namespace market::product::domain
