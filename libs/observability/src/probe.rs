//! Asking a running service whether it is ready, for containers without a shell or an HTTP client.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long connecting, asking and each part of the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// More of an answer is not read.
const LONGEST: u64 = 64 * 1024;

/// Asks `/health/ready` at the ops address. The error says what answered instead, with the failing components.
pub(crate) fn ready(listen: SocketAddr) -> Result<(), String> {
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    let answer = ask(address).map_err(|error| {
        format!("nothing answers at {address} ({error}); does the service run with this SENS_OPS__LISTEN?")
    })?;
    let status = answer.split_whitespace().nth(1).unwrap_or("no status");
    if status == "200" {
        return Ok(());
    }
    let body = answer
        .split_once("\r\n\r\n")
        .map_or("", |(_, body)| body.trim());
    Err(format!("not ready: {address} answered {status} {body}"))
}

/// An address that stands for every interface is reached by loopback.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one piece: whoever answers the first piece and goes would reset the connection under the others.
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn asked(answer: &'static str) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 256];
            let read = stream.read(&mut request).unwrap();
            assert!(request[..read].starts_with(b"GET /health/ready "));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let outcome = ready(SocketAddr::from(([0, 0, 0, 0], port)));
        server.join().unwrap();
        outcome
    }

    #[test]
    fn only_an_ok_is_ready() {
        assert_eq!(asked("HTTP/1.1 200 OK\r\n\r\n{}"), Ok(()));
        let fault =
            asked("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"components\":[]}").unwrap_err();
        assert!(
            fault.contains("503") && fault.contains("components"),
            "{fault}"
        );
        assert!(asked("").unwrap_err().contains("no status"));
    }

    #[test]
    fn nobody_there_is_not_ready() {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let fault = ready(SocketAddr::from(([127, 0, 0, 1], port))).unwrap_err();
        assert!(fault.contains("SENS_OPS__LISTEN"), "{fault}");
    }
}
