//! A TCP proxy that breaks connections in the ways networks do.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the network does at present.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    /// Where new connections lead.
    upstream: Arc<str>,
    /// Nobody listens: new connections are refused.
    refusing: bool,
    /// Connections stay open and carry nothing.
    frozen: bool,
    /// Every chunk waits this long.
    delay: Duration,
    /// Raised to end all present connections.
    generation: u64,
}

/// A proxy on a port of its own in front of a server; the port stays the same for its whole life.
#[derive(Debug)]
pub struct TcpProxy {
    port: u16,
    state: watch::Sender<State>,
    accepted: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl TcpProxy {
    /// Listens on a free port and passes everything on to `upstream` (host:port).
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(upstream: &str) -> Result<Self> {
        let port = crate::free_port()?;
        let listener = listen(port).await?;
        let (state, observed) = watch::channel(State {
            upstream: upstream.into(),
            refusing: false,
            frozen: false,
            delay: Duration::ZERO,
            generation: 0,
        });
        let accepted = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(serve(listener, port, observed, Arc::clone(&accepted)));
        Ok(Self {
            port,
            state,
            accepted,
            task,
        })
    }

    /// The proxy's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections came so far.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Ends all present connections; new ones are welcome.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    /// Ends all present connections and refuses new ones.
    pub fn refuse(&self) {
        self.state.send_modify(|state| {
            state.refusing = true;
            state.generation += 1;
        });
    }

    /// Connections stay open and new ones are taken, but no byte passes in either direction: a half-open network.
    pub fn freeze(&self) {
        self.state.send_modify(|state| state.frozen = true);
    }

    /// Ends all present connections; new ones lead to `upstream` (host:port), as when an address moves to another server.
    pub fn redirect(&self, upstream: &str) {
        self.state.send_modify(|state| {
            state.upstream = upstream.into();
            state.generation += 1;
        });
    }

    /// Every chunk of bytes waits for `delay` in each direction.
    pub fn delay(&self, delay: Duration) {
        self.state.send_modify(|state| state.delay = delay);
    }

    /// Takes back [`Self::refuse`], [`Self::freeze`] and [`Self::delay`].
    pub fn resume(&self) {
        self.state.send_modify(|state| {
            state.refusing = false;
            state.frozen = false;
            state.delay = Duration::ZERO;
        });
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(port: u16) -> Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .with_context(|| format!("the proxy cannot listen on {address}"))
}

async fn serve(
    first: TcpListener,
    port: u16,
    mut state: watch::Receiver<State>,
    accepted: Arc<AtomicU64>,
) {
    let mut listener = Some(first);
    loop {
        let refusing = state.borrow_and_update().refusing;
        if refusing {
            listener = None;
        } else if listener.is_none() {
            listener = listen(port).await.ok();
        }
        let Some(open) = &listener else {
            // Refusing, or the port is still taken: look again when told to, or soon.
            tokio::select! {
                changed = state.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(crate::poll_interval()), if !refusing => {}
            }
            continue;
        };
        tokio::select! {
            changed = state.changed() => if changed.is_err() { return },
            connection = open.accept() => if let Ok((client, _)) = connection {
                accepted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(carry(client, state.clone()));
            }
        }
    }
}

/// Carries one connection until either side ends it or the proxy cuts it.
async fn carry(client: TcpStream, state: watch::Receiver<State>) {
    let State {
        generation,
        upstream,
        ..
    } = state.borrow().clone();
    let both = async {
        let Ok(server) = TcpStream::connect(&*upstream).await else {
            return;
        };
        client.set_nodelay(true).ok();
        server.set_nodelay(true).ok();
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::join!(
            pump(from_client, to_server, state.clone()),
            pump(from_server, to_client, state.clone()),
        );
    };
    let mut cut = state.clone();
    tokio::select! {
        () = both => {}
        // The sender goes with the proxy: then connections end as well.
        _ = cut.wait_for(|now| now.generation != generation) => {}
    }
}

/// One direction, until its source ends or its sink breaks.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) {
    let mut buffer = vec![0_u8; 64 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        if state.wait_for(|now| !now.frozen).await.is_err() || count == 0 {
            break;
        }
        let delay = state.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    to.shutdown().await.ok();
}
