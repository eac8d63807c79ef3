# proto/marketplace/<svc>/v1/<svc>.proto  ->  library market_<svc>_api
#   messages (.pb.h), the abstract interface, client, server adapter and method table (.market.hpp)
# proto/marketplace/<svc>/v1/*.proto      ->  market_<svc>_messages: of a family of operations, and in events.proto what
#   leaves the service by itself

set(MARKET_GEN_DIR ${CMAKE_BINARY_DIR}/gen)
set(MARKET_PROTO_DIR ${CMAKE_SOURCE_DIR}/proto)
# What every contract imports: a change here remakes all of them.
file(GLOB MARKET_SHARED_PROTOS CONFIGURE_DEPENDS
  ${MARKET_PROTO_DIR}/google/api/*.proto ${MARKET_PROTO_DIR}/marketplace/options/v1/*.proto
  ${MARKET_PROTO_DIR}/marketplace/type/v1/*.proto)

# market_messages(<target> FILES a.proto … DEPS …): C++ messages only.
function(market_messages target)
  cmake_parse_arguments(M "" "" "FILES;DEPS" ${ARGN})
  set(outputs "")
  foreach(file ${M_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${file})
    set(out ${MARKET_GEN_DIR}/${stem}.pb.cc ${MARKET_GEN_DIR}/${stem}.pb.h)
    add_custom_command(
      OUTPUT ${out}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${MARKET_GEN_DIR}
      COMMAND protobuf::protoc -I${MARKET_PROTO_DIR} --cpp_out=${MARKET_GEN_DIR} ${MARKET_PROTO_DIR}/${file}
      DEPENDS ${MARKET_PROTO_DIR}/${file} ${MARKET_SHARED_PROTOS}
      VERBATIM)
    list(APPEND outputs ${out})
  endforeach()
  add_library(${target} STATIC ${outputs})
  target_include_directories(${target} SYSTEM PUBLIC ${MARKET_GEN_DIR})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf ${M_DEPS})
  target_compile_options(${target} PRIVATE -w)
  market_use_pch(${target})
  # protoc's files name their constants alike.
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
endfunction()

# market_api(<svc>): messages and generated interface of one service.
function(market_api svc)
  cmake_parse_arguments(A "" "" "DEPS" ${ARGN})
  set(file marketplace/${svc}/v1/${svc}.proto)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${MARKET_PROTO_DIR} ${MARKET_PROTO_DIR}/marketplace/${svc}/v1/*.proto)
  market_messages(market_${svc}_messages FILES ${files} DEPS market_options_messages ${A_DEPS})
  list(TRANSFORM files PREPEND ${MARKET_PROTO_DIR}/ OUTPUT_VARIABLE of_service)
  set(stem ${MARKET_GEN_DIR}/marketplace/${svc}/v1/${svc}.market)
  add_custom_command(
    OUTPUT ${stem}.hpp ${stem}.cpp
    COMMAND protobuf::protoc -I${MARKET_PROTO_DIR} --plugin=protoc-gen-market=$<TARGET_FILE:protoc-gen-market>
            --market_out=${MARKET_GEN_DIR} ${MARKET_PROTO_DIR}/${file}
    DEPENDS ${of_service} ${MARKET_SHARED_PROTOS} protoc-gen-market
    VERBATIM)
  add_library(market_${svc}_api STATIC ${stem}.cpp ${stem}.hpp)
  target_include_directories(market_${svc}_api PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(market_${svc}_api PUBLIC market_${svc}_messages market_rpc)
  market_use_pch(market_${svc}_api)
  # Compiled from headers alone: a room that is being worked on does not hold the contracts up.
  set_target_properties(market_${svc}_api PROPERTIES OPTIMIZE_DEPENDENCIES ON)
endfunction()
