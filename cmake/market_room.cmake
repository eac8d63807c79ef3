# One room = one folder = one library market_<name>, with the tests beside the code as one program.
#
#   market_room(core DEPS fmt::fmt)                       # sources: every *.cpp here that is not a test
#   market_room(postgres DEPS … TEST_DEPS … TEST_LABEL storage)
#
# FILES metrics: not the whole folder but metrics.cpp with metrics_test.cpp, for the root of a service.
# NO_PCH: a room that must not even see the precompiled header (domain, core).
# INNER transport: folders that are part of this room and nobody else's business; their tests are the room's.

add_library(market_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(market_pch PUBLIC Boost::headers fmt::fmt protobuf::libprotobuf)
target_precompile_headers(market_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.hpp)

# `tests` builds every test program and what such programs start; `programs`, below, none of them.
add_custom_target(tests)

function(market_use_pch target)
  target_link_libraries(${target} PRIVATE Boost::headers fmt::fmt protobuf::libprotobuf)
  target_precompile_headers(${target} REUSE_FROM market_pch)
endfunction()

function(market_room name)
  cmake_parse_arguments(ROOM "NO_PCH" "TEST_LABEL" "DEPS;TEST_DEPS;INNER;FILES" ${ARGN})
  if(NOT ROOM_FILES)
    set(ROOM_FILES *)
  endif()
  set(globs "")
  foreach(file ${ROOM_FILES})
    list(APPEND globs ${CMAKE_CURRENT_SOURCE_DIR}/${file}.cpp ${CMAKE_CURRENT_SOURCE_DIR}/${file}_test.cpp)
  endforeach()
  foreach(folder ${ROOM_INNER})
    list(APPEND globs ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${globs})
  list(REMOVE_DUPLICATES sources)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  set(target market_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${ROOM_DEPS})
    if(NOT ROOM_NO_PCH)
      market_use_pch(${target})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${ROOM_DEPS})
  endif()

  if(tests)
    set(test ${target}_test)
    add_executable(${test} ${tests})
    target_link_libraries(${test} PRIVATE ${target} ${ROOM_TEST_DEPS} GTest::gtest_main GTest::gmock)
    if(NOT ROOM_NO_PCH)
      market_use_pch(${test})
    endif()
    if(NOT ROOM_TEST_LABEL)
      set(ROOM_TEST_LABEL unit)
    endif()
    add_test(NAME ${name} COMMAND ${test} --gtest_brief=1)
    add_dependencies(tests ${test})
    set_tests_properties(${name} PROPERTIES LABELS ${ROOM_TEST_LABEL} TIMEOUT 900)
  endif()
endfunction()

# market_of_services(apis market_%_api): the list `apis` with one word for each service of deploy/topology.yaml.
function(market_of_services variable pattern)
  set(words "")
  foreach(service ${MARKET_SERVICES})
    string(REPLACE "%" "${service}" word "${pattern}")
    list(APPEND words ${word})
  endforeach()
  set(${variable} ${words} PARENT_SCOPE)
endfunction()

# A program: main.cpp of this folder plus the rooms it wires. `programs` builds all of them and no test.
add_custom_target(programs)

function(market_program name)
  cmake_parse_arguments(PROGRAM "" "" "DEPS" ${ARGN})
  add_executable(${name} main.cpp)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${PROGRAM_DEPS})
  market_use_pch(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  add_dependencies(programs ${name})
endfunction()
