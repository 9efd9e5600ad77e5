//! A receiver on loopback that keeps what it is sent and answers as a test wants it to.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

/// How a receiver answers one request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Status, further headers, body.
    Says(u16, &'static str, &'static str),
    /// Nothing, while the connection stays open.
    Hangs,
    /// Ends the connection without a word.
    Ends,
    /// A good status and a body without an end.
    Floods,
}

#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Received {
    /// The value of a header, whose name is given in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_owned())
    }
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    received: mpsc::Receiver<Received>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Receiver {
    /// Answers with these one after the other, and with 200 when there are no more.
    pub(crate) fn start(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers.iter().cloned().collect()));
        let (keep, received) = mpsc::channel();
        let own = Arc::clone(&answers);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (keep, answers) = (keep.clone(), Arc::clone(&own));
                // A connection that breaks is the other side's to notice.
                thread::spawn(move || serve(stream.unwrap(), &keep, &answers));
            }
        });
        Self {
            url,
            received,
            answers,
        }
    }

    pub(crate) fn then(&self, answer: Answer) {
        self.answers.lock().unwrap().push_back(answer);
    }

    pub(crate) fn next(&self) -> Received {
        self.received.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    pub(crate) fn has_more(&self) -> bool {
        self.received.try_recv().is_ok()
    }
}

fn serve(
    mut stream: TcpStream,
    keep: &mpsc::Sender<Received>,
    answers: &Mutex<VecDeque<Answer>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let received = Received {
            head: head.clone(),
            body: String::new(),
        };
        let length = received.header("content-length");
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).unwrap();
        let answer = answers.lock().unwrap().pop_front();
        keep.send(Received { body, ..received }).ok()?;
        match answer.unwrap_or(Answer::Says(200, "", "ok")) {
            Answer::Says(status, headers, body) => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).ok()?;
            }
            Answer::Hangs => {
                // Until the other side ends it.
                let _ended = reader.read(&mut [0]);
                return None;
            }
            Answer::Ends => return None,
            Answer::Floods => {
                stream.write_all(b"HTTP/1.1 500 X\r\n\r\n").ok()?;
                let piece = vec![b'x'; 65_536];
                while stream.write_all(&piece).is_ok() {}
                return None;
            }
        }
    }
}
