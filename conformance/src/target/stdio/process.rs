//! A program that reads lines and writes lines, and how it ends.
//!
//! Three threads keep the judge from ever blocking on a pipe: one writes the program's standard input,
//! one reads its standard output line by line, one keeps the end of its standard error.

use crate::target::How;
use crate::target::patience::{Patience, Slack};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The longest line that a program may write, in bytes.
const LINE_MAX: usize = 64 << 20;

/// At most so many bytes of standard error are kept, the last ones.
const STDERR: usize = 16 << 10;

/// How long the judge sleeps before it looks whether the program still lives.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// A running program. It is killed, with all processes of its group, and reaped when dropped.
pub struct Process {
    child: Child,
    lines: Receiver<Line>,
    /// `None` once the program's standard input is closed.
    input: Option<Sender<Vec<u8>>>,
    stderr: Arc<Mutex<VecDeque<u8>>>,
    patience: Patience,
    ended: Option<How>,
}

/// What came from the program.
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

impl Process {
    /// Starts `command` by the shell.
    ///
    /// # Errors
    /// Where there is no process or no pipe to be had: a command that is not found has a shell that says so.
    pub fn start(command: &str, patience: Patience) -> io::Result<Process> {
        use std::os::unix::process::CommandExt;
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("exec {command}"))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (input, texts) = channel();
        let (heard, lines) = sync_channel(4);
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let missing = || io::Error::other("a pipe that was asked for is not there");
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(to), Some(from), Some(errors)) = pipes else { return Err(missing()) };
        thread::spawn(move || write_all(to, &texts));
        thread::spawn(move || read_lines(from, &heard));
        let kept = Arc::clone(&stderr);
        thread::spawn(move || keep_last(errors, &kept));
        Ok(Process { child, lines, input: Some(input), stderr, patience, ended: None })
    }

    /// Sends bytes, as a rule a line; a program that is gone does not hear them.
    pub fn send(&self, line: impl Into<Vec<u8>>) {
        if let Some(input) = &self.input {
            let _ = input.send(line.into());
        }
    }

    /// Closes the program's standard input, once it has what was sent.
    pub fn close(&mut self) {
        self.input = None;
    }

    /// Waits for the next line.
    ///
    /// # Errors
    /// How the program ended, or that it was given up and killed.
    pub fn line(&mut self) -> Result<Vec<u8>, How> {
        let mut slack = Slack::new(self.child.id());
        loop {
            match self.lines.recv_timeout(LOOK_EVERY) {
                Ok(Line::Whole(line)) => return Ok(line),
                Ok(Line::TooLong) => return Err(self.give_up(How::Protocol)),
                // Its output is closed: it ends, or has nothing more to say.
                Err(RecvTimeoutError::Disconnected) => return Err(self.wait(&mut slack)),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(how) = slack.read(self.patience, 0) {
                        return Err(self.give_up(how));
                    }
                }
            }
        }
    }

    /// Waits for the program's end, once it can say nothing more.
    pub fn end(&mut self) -> How {
        let mut slack = Slack::new(self.child.id());
        self.wait(&mut slack)
    }

    fn wait(&mut self, slack: &mut Slack) -> How {
        loop {
            if let Some(how) = self.ended() {
                return how;
            }
            thread::sleep(LOOK_EVERY / 8);
            if let Some(how) = slack.read(self.patience, 0) {
                return self.give_up(how);
            }
        }
    }

    fn give_up(&mut self, how: How) -> How {
        self.kill();
        *self.ended.insert(how)
    }

    fn ended(&mut self) -> Option<How> {
        if self.ended.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            self.ended = Some(How::of(status));
        }
        self.ended
    }

    /// The end of what the program wrote to its standard error.
    pub fn stderr(&self) -> String {
        // What it wrote just before its end may still be on its way through the pipe.
        thread::sleep(Duration::from_millis(if self.ended.is_some() { 10 } else { 0 }));
        let kept = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn kill(&mut self) {
        let group = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn write_all(mut to: ChildStdin, texts: &Receiver<Vec<u8>>) {
    for text in texts {
        if to.write_all(&text).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}

fn read_lines(from: ChildStdout, heard: &SyncSender<Line>) {
    let mut from = BufReader::with_capacity(1 << 16, from);
    loop {
        let mut bytes = Vec::new();
        let room = LINE_MAX as u64 + 1;
        let line = match from.by_ref().take(room).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) if bytes.len() > LINE_MAX => Line::TooLong,
            Ok(_) => Line::Whole(bytes),
        };
        if heard.send(line).is_err() {
            return;
        }
    }
}

fn keep_last(mut errors: impl Read, kept: &Mutex<VecDeque<u8>>) {
    let mut bytes = [0; 4096];
    while let Ok(n @ 1..) = errors.read(&mut bytes) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&bytes[..n]);
        let beyond = kept.len().saturating_sub(STDERR);
        kept.drain(..beyond);
    }
}
