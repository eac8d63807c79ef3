// How hard a password is to guess: by lists of what people use, by keyboards, dates, repetitions, and by what is
// known of its owner (zxcvbn, Wheeler, USENIX Security 2016).
//
// Blocks the thread: well under a millisecond for what people type, up to 0.1 s for a hundred times the same
// letter. Reads what it is given and its own dictionary; any thread.
#pragma once
#include <span>
#include <string>

namespace market::auth {

// As many guesses as two to the power of this find it. `own`: the owner's e-mail and name; they and their words
// count as the first guesses.
double StrengthBits(const std::string& password, std::span<const std::string> own);

}  // namespace market::auth
