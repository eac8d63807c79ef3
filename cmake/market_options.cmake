# Flags that every target shares. They must be the same everywhere: the precompiled header is built once.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

set(MARKET_SANITIZE "" CACHE STRING "Comma-separated sanitizers, e.g. address,undefined")
option(MARKET_UNITY "Compile each room as one unit: headers are parsed once a room, one changed file costs its room" OFF)
option(MARKET_TIDY "Run clang-tidy with the build" OFF)

set(CMAKE_UNITY_BUILD ${MARKET_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 0)

set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
# What nobody calls is left out, and with it the libraries that only it needs.
set(CMAKE_EXE_LINKER_FLAGS_RELEASE "-Wl,--gc-sections,--icf=safe")

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-unused-parameter -Wno-missing-field-initializers)
add_compile_definitions(
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_ARRAY)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # One file per precompiled header, whatever the clock says: what ccache needs.
  add_compile_options(-Xclang -fno-pch-timestamp)
endif()

find_program(MARKET_LLD NAMES ld.lld-19 ld.lld)
if(MARKET_LLD)
  add_link_options(-fuse-ld=${MARKET_LLD})
endif()
add_link_options(-Wl,--as-needed)

if(MARKET_SANITIZE)
  add_compile_options(-fsanitize=${MARKET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MARKET_SANITIZE})
endif()

find_program(MARKET_CCACHE ccache)
if(MARKET_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${MARKET_CCACHE})
endif()

if(MARKET_TIDY)
  find_program(MARKET_CLANG_TIDY NAMES clang-tidy-19 REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${MARKET_CLANG_TIDY})
endif()
