// What an operator does to a marketplace beside its API: see commands.hpp.
#include "tools/marketctl/commands.hpp"

int main(int argc, char** argv) { return market::marketctl::Run({argv + 1, argv + argc}); }
