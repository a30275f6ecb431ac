SUMMARY = "Device agent of Windlass, prebuilt"
DESCRIPTION = "Asks a server for signed updates, installs them into the spare set and goes back when it does not prove itself"
LICENSE = "Apache-2.0 & MIT & ISC & BSD-3-Clause"
LIC_FILES_CHKSUM = "file://licenses.txt;md5=@LICENSES_MD5@"

WINDLASS_ARCH:x86-64 = "x64"
WINDLASS_ARCH:aarch64 = "arm64"
WINDLASS_ARCH ?= "none"
COMPATIBLE_HOST = "(x86_64|aarch64).*-linux"
COMPATIBLE_HOST:libc-musl = "null"

SRC_URI = "\
    file://windlass-${WINDLASS_ARCH} \
    file://windlass-agent.service \
    file://updatehub.conf \
    file://licenses.txt \
"
# Releases up to scarthgap unpack into WORKDIR.
S = "${@d.getVar('UNPACKDIR') or d.getVar('WORKDIR')}"

inherit systemd features_check
REQUIRED_DISTRO_FEATURES = "systemd"
SYSTEMD_SERVICE:${PN} = "windlass-agent.service"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0755 ${S}/windlass-${WINDLASS_ARCH} ${D}${bindir}/windlass
    install -D -m 0644 ${S}/windlass-agent.service ${D}${systemd_system_unitdir}/windlass-agent.service
    install -D -m 0644 ${S}/updatehub.conf ${D}${sysconfdir}/updatehub.conf
    # The executable names its loader as Debian and Fedora do; without multilib the loader stands in /lib here.
    if [ "${WINDLASS_ARCH}" = "x64" ] && [ "${baselib}" != "lib64" ]; then
        install -d ${D}/lib64
        ln -s ${base_libdir}/ld-linux-x86-64.so.2 ${D}/lib64/ld-linux-x86-64.so.2
    fi
}

# Stripping would throw the program out of the executable.
INHIBIT_PACKAGE_STRIP = "1"
INHIBIT_PACKAGE_DEBUG_SPLIT = "1"
INHIBIT_SYSROOT_STRIP = "1"
INSANE_SKIP:${PN} += "already-stripped ldflags libdir usrmerge"

FILES:${PN} += "/lib64"
CONFFILES:${PN} = "${sysconfdir}/updatehub.conf"
RDEPENDS:${PN} += "systemd"
RCONFLICTS:${PN} = "updatehub"
