//! A server written by hand for one client, which does as each test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use msnp_core::Endpoint;

use crate::PATIENCE;

/// How many answers a sign-in takes.
pub(crate) const ANSWERS: usize = 6;

/// A server that lets one client in.
pub(crate) struct Peer<T> {
    pub(crate) address: Endpoint,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Peer<T> {
    /// Does this with the first who connects.
    pub(crate) fn start(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            drop(listener);
            socket.set_nodelay(true).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            socket.set_write_timeout(Some(PATIENCE)).unwrap();
            serve(socket)
        });
        Self { address: Endpoint::new("127.0.0.1", port).unwrap(), thread }
    }

    /// What came of it. The client must have ended.
    #[track_caller]
    pub(crate) fn join(self) -> T {
        self.thread.join().unwrap()
    }
}

/// What a server of MSNP7 says to this line; nothing where it would not answer.
pub(crate) fn answer(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let id = words.get(1).copied().unwrap_or_default();
    Some(match words[..] {
        ["VER", ..] => format!("VER {id} MSNP7\r\n"),
        ["INF", ..] => format!("INF {id} MD5\r\n"),
        ["USR", _, "MD5", "I", _] => format!("USR {id} MD5 S 1.2\r\n"),
        ["USR", _, "MD5", "S", _] => format!("USR {id} OK alice@example.com Alice 1\r\n"),
        ["SYN", ..] => format!(
            "SYN {id} 9\r\nLST {id} FL 9 1 1 bob@example.com Bob 0\r\nLST {id} AL 9 0 0\r\n\
             LST {id} BL 9 0 0\r\nLST {id} RL 9 0 0\r\n"
        ),
        ["CHG", _, status] => format!("CHG {id} {status}\r\n"),
        _ => return None,
    })
}

/// Answers as a server does, at most so many times, and gives all that was heard.
pub(crate) fn answer_times(socket: &TcpStream, times: usize) -> String {
    let mut lines = BufReader::new(socket);
    let mut heard = String::new();
    let mut answered = 0;
    while answered < times {
        let begin = heard.len();
        if lines.read_line(&mut heard).unwrap_or(0) == 0 {
            break;
        }
        if let Some(answer) = answer(heard.split_at(begin).1) {
            answered += 1;
            (&*socket).write_all(answer.as_bytes()).unwrap();
        }
    }
    heard
}

/// Takes whatever comes until the client has closed the connection.
pub(crate) fn until_closed(mut socket: &TcpStream) {
    let mut buffer = [0; 4096];
    while socket.read(&mut buffer).is_ok_and(|n| n > 0) {}
}

/// Reads and writes one byte at a time up to the end, and gives all that was heard.
pub(crate) fn byte_by_byte(mut socket: TcpStream) -> String {
    let mut heard = String::new();
    let mut byte = [0];
    let mut begin = 0;
    while socket.read(&mut byte).is_ok_and(|n| n > 0) {
        heard.push(char::from(byte[0]));
        if byte[0] == b'\n' {
            for byte in answer(heard.split_at(begin).1).unwrap_or_default().bytes() {
                socket.write_all(&[byte]).unwrap();
            }
            begin = heard.len();
        }
    }
    heard
}

/// Answers as a server does, but closes the connection after so many bytes. Gives how many were
/// left of those when the client went away.
pub(crate) fn close_after(socket: TcpStream, mut bytes: usize) -> usize {
    let mut lines = BufReader::new(&socket);
    let mut line = String::new();
    while bytes > 0 && lines.read_line(&mut line).is_ok_and(|n| n > 0) {
        let answer = answer(&line).unwrap_or_default();
        let said = answer.len().min(bytes);
        if (&socket).write_all(&answer.as_bytes()[..said]).is_err() {
            break;
        }
        bytes -= said;
        line.clear();
    }
    bytes
}

/// Says this, and then a byte now and then for as long as it is heard. Gives how many those were.
pub(crate) fn drip(mut socket: &TcpStream, begin: &str) -> usize {
    let mut dripped = 0;
    let mut said = socket.write_all(begin.as_bytes());
    while said.is_ok() {
        // The pace is the attack. Nothing is expected to have happened after it.
        std::thread::sleep(DRIP);
        said = socket.write_all(b"x");
        dripped += 1;
    }
    dripped
}

/// Shorter than any deadline of the sessions here, as a minute is to the usual ones.
const DRIP: Duration = Duration::from_millis(50);
