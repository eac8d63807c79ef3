// Telephone numbers as people write them, and the one form that they are kept in.
//
// What counts is whether a number has the shape of one in its country's plan (ITU-T E.164, the metadata of
// libphonenumber): whether anybody answers is for who calls it. Compiles the patterns of a country once a thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace market::rules {

// "+442079460958" for "+44 (0)20 7946-0958" and, in "GB", for "020 7946 0958" or "0044 20 7946 0958"; nullopt for
// what is no number: letters, an extension, too few digits. Without a country (alpha-2, in capitals, or one that is
// not known) only the international form, which begins with +, is read.
std::optional<std::string> PhoneNumber(std::string_view country, std::string_view written);

}  // namespace market::rules
