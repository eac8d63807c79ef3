// Which colour most of a picture is. Pure.
#pragma once
#include <span>
#include <string>

namespace market::pictures {

// Of pixels of `bands` bytes each: red, green, blue, and how opaque it is where there are four. The mean of
// the most frequent kind of colour (4 bits of each), of what can be seen; white where nothing can. "#a1b2c3".
std::string DominantColour(std::span<const unsigned char> pixels, std::size_t bands);

}  // namespace market::pictures
