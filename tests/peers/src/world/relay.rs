//! A network that never cuts a command, and never brings more than the other side reads at once.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Where the relays are; the server is at the usual address of loopback.
const HERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// How much the SDK reads at once.
const READ: usize = 1664;
/// How long to wait before looking again whether all has been read.
const LOOK: Duration = Duration::from_micros(30);

/// Starts one before the service at this port; says where it is.
pub(super) fn before(port: u16) -> Result<String, String> {
    let listener = TcpListener::bind((HERE, port))
        .map_err(|error| format!("cannot listen at {HERE}:{port}: {error}"))?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || {
                // The connection ends for both, whatever the reason.
                let _ = carry(&client, port);
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    });
    Ok(format!("{HERE}:{port}"))
}

fn carry(client: &TcpStream, port: u16) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    server.set_nodelay(true)?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let ends = (client.local_addr()?, client.peer_addr()?);
    let mut waiting = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = (&server).read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        waiting.extend_from_slice(&buffer[..read]);
        let mut sent = 0;
        while let Some(len) = batch(&waiting[sent..]) {
            let commands = to_the_relays(&waiting[sent..sent + len]);
            (&*client).write_all(&commands)?;
            sent += len;
            until_read(ends)?;
        }
        waiting.drain(..sent);
    }
}

/// How long the whole commands are that fit one read; a longer one goes alone.
fn batch(bytes: &[u8]) -> Option<usize> {
    let mut len = 0;
    while let Some(next) = command(&bytes[len..]) {
        if len > 0 && len + next > READ {
            break;
        }
        len += next;
    }
    (len > 0).then_some(len)
}

/// How long the first command is, with its payload, if all of it is there.
fn command(bytes: &[u8]) -> Option<usize> {
    let line = bytes.iter().position(|byte| *byte == b'\n')? + 1;
    let text = str::from_utf8(&bytes[..line]).ok()?;
    let payload = match text.get(..3) {
        Some("MSG" | "UBX" | "GCF" | "NOT") => text.split_whitespace().next_back()?.parse().ok()?,
        _ => 0,
    };
    (bytes.len() >= line + payload).then_some(line + payload)
}

/// With the addresses of the relays where the server names its own. They are as long.
fn to_the_relays(commands: &[u8]) -> Vec<u8> {
    let server = format!("{}:", Ipv4Addr::LOCALHOST);
    let mut out = commands.to_vec();
    let mut at = 0;
    while let Some(len) = command(&commands[at..]) {
        let one = &mut out[at..at + len];
        if (one.starts_with(b"XFR ") || one.starts_with(b"RNG "))
            && let Some(named) =
                one.windows(server.len()).position(|part| part == server.as_bytes())
        {
            one[named..named + server.len()].copy_from_slice(format!("{HERE}:").as_bytes());
        }
        at += len;
    }
    out
}

/// Waits until nothing is under way any more, and the other side has taken all that came.
fn until_read((here, there): (SocketAddr, SocketAddr)) -> io::Result<()> {
    let (here, there) = (hexadecimal(here), hexadecimal(there));
    loop {
        let table = fs::read_to_string("/proc/net/tcp")?;
        // Local address, remote address, state, and what waits to be taken: sent:received.
        let waits = |from: &str, to: &str| {
            table.lines().find_map(|line| {
                let mut fields = line.split_whitespace().skip(1);
                let known = fields.next() == Some(from) && fields.next() == Some(to);
                fields.nth(1).filter(|_| known)
            })
        };
        let under_way = waits(&here, &there).is_some_and(|waits| !waits.starts_with("00000000:"));
        let Some(taken) = waits(&there, &here).map(|waits| waits.ends_with(":00000000")) else {
            return Err(io::ErrorKind::ConnectionAborted.into());
        };
        if taken && !under_way {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

/// An address as the system's table has it.
fn hexadecimal(address: SocketAddr) -> String {
    let ip = match address.ip() {
        std::net::IpAddr::V4(ip) => u32::from_ne_bytes(ip.octets()),
        std::net::IpAddr::V6(_) => 0,
    };
    format!("{ip:08X}:{:04X}", address.port())
}
