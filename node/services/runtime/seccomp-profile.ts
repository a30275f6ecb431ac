import { allBut } from './other-values.ts'

/*
 * Which system calls a service may make. What is listed is allowed; what is dangerous and known answers EPERM; all else
 * answers ENOSYS, as on an older kernel, so that a C library falls back to what it did before.
 */

const [eperm, enosys] = [1, 38]

const allowed = `
  accept accept4 access alarm arch_prctl bind brk cachestat capget capset chdir chmod chown chown32 clock_getres clock_getres_time64
  clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3
  epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat
  exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl
  fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate
  ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu
  getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid
  getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname
  getsockopt gettid gettimeofday getuid getuid32 getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel
  io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit ioprio_get ioprio_set ipc kill
  landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listxattr llistxattr
  _llseek lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat
  mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64
  mq_timedsend mq_timedsend_time64 mq_unlink mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat
  _newselect open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll
  ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read
  readahead readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr rename renameat
  renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
  rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
  sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam
  sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg
  sendmsg sendto set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups
  setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32
  setrlimit setsid setsockopt setuid setuid32 setxattr shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 sigprocmask
  sigreturn socketcall socketpair splice stat stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range
  syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
  timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate
  truncate64 ugetrlimit umask uname unlink unlinkat utime utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid
  waitpid write writev
  arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2`

const refused = `
  acct add_key adjtimex bpf chroot clock_adjtime clock_adjtime64 clock_settime clock_settime64 create_module delete_module
  fanotify_init fsconfig fsmount fsopen fspick get_mempolicy init_module finit_module io_uring_enter io_uring_register
  io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind mount mount_setattr move_mount move_pages
  name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open personality pidfd_getfd pivot_root process_madvise
  process_vm_readv process_vm_writev ptrace query_module quotactl quotactl_fd reboot request_key set_mempolicy setdomainname
  sethostname setns settimeofday stime swapoff swapon sysfs _sysctl syslog umount umount2 unshare uselib userfaultfd ustat
  vhangup vm86 vm86old`

/** Namespaces, none of which a service may make: the bits CLONE_NEW* of clone(2). */
const newNamespaces = 0x7e020000
const vsock = 40
/**
 * Requests of ioctl by which who owns a file could take it out of its quota project: FS_IOC_FSSETXATTR and FS_IOC_SETFLAGS
 * (linux/fs.h), by their type and number. Above those are sizes, which 32-bit programs have otherwise, and bits that the kernel does
 * not look at: a filter that did could be passed. Few bits are few rules, which each start of a container has to compile.
 */
const ofProjects = [0x5820, 0x6602]

const names = (text: string) => text.trim().split(/\s+/)

/**
 * What programs of a machine may be made for, by its architecture as OCI says it. The runtime makes a filter of its own for each, at
 * every start: two that no program can have here would double its time.
 */
const architectures: Readonly<Record<string, readonly string[]>> = {
  amd64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
}

/** `linux.seccomp` of a bundle's configuration. Without architectures it is for programs of the runtime's own only. */
export function seccompProfile(architecture: string): object {
  return { ...rules, architectures: architectures[architecture] ?? [] }
}

const rules = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: enosys,
  syscalls: [
    { names: names(allowed), action: 'SCMP_ACT_ALLOW' },
    { names: names(refused), action: 'SCMP_ACT_ERRNO', errnoRet: eperm },
    // clone3 hides its flags in memory where a filter cannot look; libraries fall back to clone.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: newNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    ...allBut(ofProjects).map(({ mask, value }) => ({
      names: ['ioctl'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 1, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' }],
    })),
    ...ofProjects.map((value) => ({
      names: ['ioctl'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: eperm,
      args: [{ index: 1, value: 0xffff, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' }],
    })),
    { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: vsock, op: 'SCMP_CMP_NE' }] },
  ],
} as const
