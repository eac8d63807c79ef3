# Third-party libraries, all from Debian. Target names: docs/adr/0003-dependencies.md.
set(Boost_USE_STATIC_LIBS OFF)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS json url)
find_package(Protobuf REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
find_path(ZXCVBN_INCLUDE_DIR zxcvbn.h REQUIRED)
find_library(ZXCVBN_LIBRARY zxcvbn REQUIRED)
add_library(zxcvbn::zxcvbn UNKNOWN IMPORTED)
set_target_properties(zxcvbn::zxcvbn PROPERTIES
  IMPORTED_LOCATION "${ZXCVBN_LIBRARY}" INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${ZXCVBN_INCLUDE_DIR}")
find_path(ROARING_INCLUDE_DIR roaring/roaring.h REQUIRED)
find_library(ROARING_LIBRARY roaring REQUIRED)
add_library(roaring::roaring UNKNOWN IMPORTED)
set_target_properties(roaring::roaring PROPERTIES
  IMPORTED_LOCATION "${ROARING_LIBRARY}" INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${ROARING_INCLUDE_DIR}")
# CURLOPT_QUICK_EXIT (7.87): a look-up of a name does not outlast a deadline.
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.87)
pkg_check_modules(VIPS REQUIRED IMPORTED_TARGET vips>=8.14)
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo>=1.50)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
# Of tests alone: the schema of the files for banks.
pkg_check_modules(LIBXML2 REQUIRED IMPORTED_TARGET libxml-2.0)

# Third-party headers are not ours to warn about.
foreach(target protobuf::libprotobuf protobuf::libprotoc Boost::headers)
  get_target_property(dirs ${target} INTERFACE_INCLUDE_DIRECTORIES)
  if(dirs)
    set_target_properties(${target} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${dirs}")
  endif()
endforeach()
# Their -pthread would be a flag that the precompiled header was not built with.
set_target_properties(PkgConfig::RE2 PkgConfig::VIPS PkgConfig::PANGOCAIRO PROPERTIES INTERFACE_COMPILE_OPTIONS "")
