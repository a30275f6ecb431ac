# Windlass on U-Boot: which set boots. Build: mkimage -A arm64 -T script -C none -d boot.cmd boot.scr
#
# updatehub_active   the set to start: 0 or 1
# upgrade_available  1 while that set is on trial
# bootcount          how often it was started on trial

# Nothing was saved yet, or it was lost: set 0, and on record, for the agent believes nothing else.
if test "${updatehub_active}" != "0" && test "${updatehub_active}" != "1"; then
  setenv updatehub_active 0
  setenv upgrade_available 0
  setenv bootcount 0
  saveenv
fi

# Two starts on trial, then the other set for good. The start is on record before it happens.
if test "${upgrade_available}" = "1"; then
  if test "${bootcount}" = "0"; then
    setenv bootcount 1
  elif test "${bootcount}" = "1"; then
    setenv bootcount 2
  else
    if test "${updatehub_active}" = "0"; then
      setenv updatehub_active 1
    else
      setenv updatehub_active 0
    fi
    setenv upgrade_available 0
    setenv bootcount 0
  fi
  saveenv
fi

# For the board: the partitions of the two sets, and the console.
if test "${updatehub_active}" = "1"; then
  setenv slot b
  setenv slot_part 3
else
  setenv slot a
  setenv slot_part 2
fi
setenv bootargs "root=/dev/mmcblk0p${slot_part} rootwait ro panic=10 windlass.slot=${slot}"
load mmc 0:${slot_part} ${kernel_addr_r} /boot/Image
load mmc 0:${slot_part} ${fdt_addr_r} /boot/board.dtb
booti ${kernel_addr_r} - ${fdt_addr_r}

# Here only when it could not be started. That start counts as well.
reset
