#!/bin/busybox sh
# Process 1 of a User Mode Linux guest whose root is the host's own, read-only. The guest knows pppd and nothing else.
#   JOBS   folder of the host, the only writable one: one folder a call, with options, chat and secrets
#   LIMIT  seconds after which the guest is halted in any case
# ttyS0 is the control line. It reads "dial N" and "end N SIGNAL", and says "ready", "N dialing", "N up ..." and "N done STATUS".
# Call N has ttyS<N> and the network interface ppp<N>.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
box=/bin/busybox
$box mount -t proc proc /proc
$box mount -t devtmpfs dev /dev
$box mount -t tmpfs tmpfs /run
$box mkdir -p /run/jobs /run/etc /run/lock
$box mount -t hostfs none /run/jobs -o "$JOBS"
$box mount --bind /run/etc /etc/ppp
$box ip link set lo up
modules=/usr/lib/uml/modules/$($box uname -r)/kernel
for module in lib/crc-ccitt drivers/net/slip/slhc drivers/net/ppp/ppp_generic drivers/net/ppp/ppp_async; do
  [ -f "$modules/$module.ko" ] && $box insmod "$modules/$module.ko"
done
( $box sleep "$LIMIT"; $box halt -f ) &

: >/etc/ppp/options
for name in chap-secrets pap-secrets; do
  $box cp "/run/jobs/$name" "/etc/ppp/$name"
  $box chmod 600 "/etc/ppp/$name"
done
# pppd starts it when IPCP is open: interface, tty, speed, own address, the other's, the number of the call.
cat >/etc/ppp/ip-up <<'UP'
#!/bin/busybox sh
sent=$(/bin/busybox cat "/run/jobs/$6/pings")
answered=0
if [ "$sent" -gt 0 ]; then
  /bin/busybox ping -c "$sent" -i 0.1 -W 4 -I "$1" "$5" >"/run/jobs/$6/ping" 2>&1
  answered=$(/bin/busybox sed -n 's/.* \([0-9]*\) packets received.*/\1/p' "/run/jobs/$6/ping")
fi
echo "$6 up $4 $5 $answered" >/dev/ttyS0
UP
# pppd has flushed its line before it starts this: now the other side may send.
cat >/run/connect <<'CONNECT'
#!/bin/busybox sh
echo "$1 dialing" >/dev/ttyS0
[ -f "/run/jobs/$1/chat" ] || exit 0
exec /usr/sbin/chat -v -s -f "/run/jobs/$1/chat"
CONNECT
$box chmod 755 /etc/ppp/ip-up /run/connect

pppd=/usr/sbin/pppd
[ -r $pppd ] || pppd=/usr/local/lib/sallyport-peers/pppd
dial() {
  $pppd "/dev/ttyS$1" file "/run/jobs/$1/options" >"/run/jobs/$1/log" 2>&1 &
  echo $! >"/run/pid.$1"
  wait $!
  echo "$1 done $?" >/dev/ttyS0
}

$box stty -F /dev/ttyS0 raw -echo
exec 3<>/dev/ttyS0
echo ready >&3
while read -r command call signal <&3; do
  case $command in
    dial) dial "$call" & ;;
    end) kill "-$signal" "$($box cat "/run/pid.$call")" ;;
    halt) $box halt -f ;;
  esac
done
$box halt -f
