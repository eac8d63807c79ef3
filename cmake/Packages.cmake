# Debian packages, made by `cpack -B <dir>` in a build directory whose `programs` are built (./market package does both):
#   marketplace           services, gateway, single process, tools of operators, units, configuration
#   marketplace-sandbox   the payment provider for development
# What goes where, and why: deploy/debian/README.md.
set(MARKET_PACKAGE_MAINTAINER "Marketplace maintainers <maintainers@marketplace.invalid>" CACHE STRING
    "Who answers for the Debian packages")

set(debian ${CMAKE_CURRENT_SOURCE_DIR}/deploy/debian)
# Images are built from a tree without it.
if(NOT EXISTS ${debian})
  return()
endif()
set(generated ${CMAKE_CURRENT_BINARY_DIR}/debian)
file(MAKE_DIRECTORY ${generated})

# Their names are too general for /usr/bin.
set(programs_dir usr/lib/marketplace/bin)
set(units_dir usr/lib/systemd/system)

execute_process(COMMAND gzip -9nc ${debian}/changelog OUTPUT_FILE ${generated}/changelog.gz COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${debian}/changelog)

# Component -> package: programs, units, configuration, maintainer scripts.
#   market_package(<component> PACKAGE <name> PROGRAMS … UNITS … SECRETS …)
function(market_package component)
  cmake_parse_arguments(P "" "PACKAGE" "PROGRAMS;UNITS;CONFIG;SECRETS" ${ARGN})
  install(TARGETS ${P_PROGRAMS} RUNTIME DESTINATION ${programs_dir} COMPONENT ${component})
  list(TRANSFORM P_UNITS PREPEND ${debian}/units/ OUTPUT_VARIABLE unit_files)
  install(FILES ${unit_files} DESTINATION ${units_dir} COMPONENT ${component})
  list(TRANSFORM P_CONFIG PREPEND ${debian}/config/ OUTPUT_VARIABLE config_files)
  install(FILES ${config_files} DESTINATION etc/marketplace COMPONENT ${component})
  list(TRANSFORM P_SECRETS PREPEND etc/marketplace/secrets/ OUTPUT_VARIABLE secrets)
  foreach(directory etc/marketplace/secrets ${secrets})
    install(DIRECTORY DESTINATION ${directory} COMPONENT ${component}
            DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  endforeach()
  install(FILES ${debian}/copyright ${generated}/changelog.gz DESTINATION usr/share/doc/${P_PACKAGE}
          COMPONENT ${component})
  install(FILES ${debian}/lintian/${P_PACKAGE} DESTINATION usr/share/lintian/overrides COMPONENT ${component})

  list(JOIN P_UNITS " " UNITS)
  list(JOIN P_SECRETS " " SECRETS)
  foreach(script postinst prerm postrm)
    configure_file(${debian}/${script} ${generated}/${P_PACKAGE}/${script} @ONLY)
  endforeach()
  list(TRANSFORM P_CONFIG PREPEND /etc/marketplace/ OUTPUT_VARIABLE conffiles)
  list(JOIN conffiles "\n" conffiles)
  file(CONFIGURE OUTPUT ${generated}/${P_PACKAGE}/conffiles CONTENT "${conffiles}\n")
  string(TOUPPER ${component} prefix)
  set(CPACK_DEBIAN_${prefix}_PACKAGE_NAME ${P_PACKAGE} PARENT_SCOPE)
  set(CPACK_DEBIAN_${prefix}_PACKAGE_CONTROL_EXTRA
      "${generated}/${P_PACKAGE}/postinst;${generated}/${P_PACKAGE}/prerm;${generated}/${P_PACKAGE}/postrm;${generated}/${P_PACKAGE}/conffiles"
      PARENT_SCOPE)
endfunction()

market_of_services(service_units marketplace-%.service)
market_of_services(service_config %.conf)
market_package(main PACKAGE marketplace
  PROGRAMS ${MARKET_SERVICES} gateway marketplace marketctl check_invariants
  UNITS marketplace.target ${service_units} marketplace-gateway.service marketplace-single.service
  CONFIG common.env ${service_config} gateway.conf single.conf marketctl.conf
  SECRETS ${MARKET_SERVICES} gateway single migrate operator)
install(FILES "${debian}/units/marketplace-migrate@.service" DESTINATION ${units_dir} COMPONENT main)
install(FILES ${debian}/units/migrate.conf DESTINATION ${units_dir}/marketplace-migrate@.service.d
        RENAME 20-oneshot.conf COMPONENT main)
install(FILES ${debian}/units/common.conf DESTINATION ${units_dir}/marketplace-.service.d RENAME 10-common.conf
        COMPONENT main)
install(CODE "file(MAKE_DIRECTORY \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/usr/bin)
              file(CREATE_LINK ../lib/marketplace/bin/marketctl \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/usr/bin/marketctl SYMBOLIC)"
        COMPONENT main)
install(FILES ${debian}/README.md DESTINATION usr/share/doc/marketplace COMPONENT main)
# The pages about the API, and what an nginx includes to serve them.
install(CODE "execute_process(COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/deploy/lib/site.py
                                      \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/usr/share/marketplace COMMAND_ERROR_IS_FATAL ANY)"
        COMPONENT main)

market_package(sandbox PACKAGE marketplace-sandbox
  PROGRAMS sandbox
  UNITS marketplace-sandbox.service
  CONFIG sandbox.conf
  SECRETS sandbox)

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL main sandbox)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_PACKAGE_NAME marketplace)
set(CPACK_PACKAGE_VENDOR "Marketplace")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${MARKET_PACKAGE_MAINTAINER})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_MAIN_PACKAGE_DEPENDS "adduser, fonts-droid-fallback, fonts-noto-core, init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_MAIN_PACKAGE_SUGGESTS "postgresql, redis-server, nginx, openssl, marketplace-sandbox")
set(CPACK_DEBIAN_SANDBOX_PACKAGE_DEPENDS "marketplace (= ${PROJECT_VERSION}), adduser, init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_MAIN_DESCRIPTION "multi-vendor marketplace: services, gateway, operators' tools
Sellers open shops and offer products, buyers order from several of them
at once and pay, over REST and gRPC. Services with a PostgreSQL
database each and a gateway, or all of it in one process.
.
Nothing is started or enabled by the installation: databases,
certificates and keys come first, see /usr/share/doc/marketplace.")
set(CPACK_DEBIAN_SANDBOX_DESCRIPTION "payment provider for developing with the marketplace
Accepts, declines, delays and forgets charges on request, and takes no
real money. It does not belong on a machine in production.")

include(CPack)
