# market_migrations(order migrations): embeds migrations/NNNN_*.sql as the set "order".
#   target market_order_migrations, header "migrations/order.hpp", constant market::migrations::kOrder
# A name of several words, order_history, gives kOrderHistory.

function(market_migrations name dir)
  get_filename_component(dir ${dir} ABSOLUTE)
  file(GLOB files CONFIGURE_DEPENDS ${dir}/[0-9][0-9][0-9][0-9]_*.sql)
  list(SORT files)

  string(REPLACE "_" ";" words ${name})
  set(constant k)
  foreach(word ${words})
    string(SUBSTRING ${word} 0 1 first)
    string(SUBSTRING ${word} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND constant ${first}${rest})
  endforeach()

  set(entries "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(base ${file} NAME)
    string(REGEX REPLACE "^0*([0-9]+)_.*" "\\1" version ${base})
    file(READ ${file} sql)
    file(SHA256 ${file} checksum)
    string(APPEND entries "    {${version}, \"${base}\", R\"market_sql(${sql})market_sql\",\n     \"${checksum}\"},\n")
  endforeach()

  set(gen ${CMAKE_BINARY_DIR}/gen/migrations)
  file(WRITE ${gen}/${name}.hpp.new
"#pragma once
#include \"platform/postgres/migrate.hpp\"

namespace market::migrations {
extern const postgres::MigrationSet ${constant};
}
")
  if(entries)
    set(array "constexpr postgres::Migration kFiles[] = {\n${entries}};\n")
    set(span "kFiles")
  else()
    set(array "")
    set(span "{}")
  endif()
  file(WRITE ${gen}/${name}.cpp.new
"#include \"migrations/${name}.hpp\"

namespace market::migrations {
namespace {
${array}}
constinit const postgres::MigrationSet ${constant}{\"${name}\", ${span}};
}
")
  # Only a changed file is written, so that configuring again rebuilds nothing.
  configure_file(${gen}/${name}.hpp.new ${gen}/${name}.hpp COPYONLY)
  configure_file(${gen}/${name}.cpp.new ${gen}/${name}.cpp COPYONLY)

  set(target market_${name}_migrations)
  add_library(${target} STATIC ${gen}/${name}.cpp)
  set_source_files_properties(${gen}/${name}.cpp PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR}/gen)
  target_link_libraries(${target} PUBLIC market_postgres)
  market_use_pch(${target})
endfunction()
