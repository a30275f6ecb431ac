/**
 * The supervisor of one run: a shell that mounts the service's root where nobody else sees it, runs the service in its own
 * foreground, and leaves the exit code behind. It needs nobody, so the service manager may be killed at any time. Its mounts end with it.
 *
 *     supervise RUN-FOLDER TOKEN LOG NEWS HIDE PROGRAM...
 *
 * HIDE is a mount to be taken out of its own sight first, or `-`. Exit code 125: the root could not be mounted.
 */
export const superviseScript = `cd "$1" || exit 0
# Late for a run that was removed meanwhile.
read -r token < token
[ "$token" = "$2" ] || exit 0
log=$3 news=$4 hide=$5
shift 5
ended() {
  echo "$1" > exit.new
  mv exit.new exit
  : > "$news"
  exit 0
}
echo $$ > supervisor
if [ "$hide" != - ]; then
  umount "$hide" 2>> runtime.log || ended 125
fi
if [ -s order ]; then
  read -r order < order
  (cd lower && exec mount -t overlay -o "ro,nosuid,nodev,lowerdir=$order" overlay ../rootfs) 2>> runtime.log || ended 125
fi
"$@" < /dev/null >> "$log" 2>&1
ended $?
`
