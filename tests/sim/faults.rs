//! What happens to the machines and the network of a life, and when.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use milena::base::rng::Rng;
use milena::net::simulated::Delay;

use super::machine::Death;
use super::world::{BROKERS, World};

/// Each kind of fault; a run in which one never came proves too little.
pub const KINDS: [&str; 19] = [
    "broker killed",
    "broker held",
    "broker's unsynced data lost",
    "broker's unsynced data torn",
    "broker's disk lost",
    "broker's disk full",
    "broker's disk slow",
    "broker's clock jumped",
    "ZooKeeper killed",
    "ZooKeeper held",
    "ZooKeeper's unsynced data lost or torn",
    "ZooKeeper's disk slow",
    "machine cut off",
    "link cut both ways",
    "link cut one way",
    "link slow",
    "connections slow by chance",
    "connections reset",
    "session expired unawares",
];

/// What is undone when a fault is over.
#[derive(Debug)]
enum Undo {
    Start(usize),
    LetGo(usize),
    Room(usize),
    Pace(usize),
    Join(Vec<(Ipv4Addr, Ipv4Addr)>),
    Speed(Vec<(Ipv4Addr, Ipv4Addr)>),
    Spread,
}

/// The faults of a life.
pub struct Faults {
    rng: Rng,
    next: Duration,
    undo: Vec<(Duration, Undo)>,
    /// A broker that has lost what only others have now: until it has it again, nothing else may.
    fragile: Option<usize>,
    pub counts: BTreeMap<&'static str, u64>,
    pub deposed_controllers: u64,
    usual: (Delay, Duration),
}

fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// ZooKeeper's number among the machines.
const ZOOKEEPER: usize = BROKERS;

impl Faults {
    pub fn new(world: &World, rng: &mut Rng) -> Faults {
        let mut rng = Rng::seeded(rng.next_u64());
        let most = [0, 1, 2, 5][rng.below(4) as usize];
        let spread = [0, 1, 3][rng.below(3) as usize];
        let usual = (Delay { least: millis(0), most: millis(most) }, millis(spread));
        world.network.delay(usual.0, usual.1);
        Faults {
            next: millis(4_000 + rng.below(2_000)),
            rng,
            undo: Vec::new(),
            fragile: None,
            counts: BTreeMap::new(),
            deposed_controllers: 0,
            usual,
        }
    }

    fn between(&mut self, least: u64, most: u64) -> Duration {
        millis(least + self.rng.below(most - least + 1))
    }

    /// Starts what has ended by itself again, a second later, as whoever looks after it does.
    pub async fn look_after(&mut self, world: &mut World) {
        for index in world.bury().await {
            self.later(world, millis(1_000), Undo::Start(index));
        }
    }

    /// Ends what is over, and strikes, unless all is to heal, when it is time to.
    pub async fn tick(&mut self, world: &mut World, strikes: bool) {
        self.look_after(world).await;
        let now = world.network.elapsed();
        while let Some(at) = self.undo.iter().position(|(at, _)| *at <= now) {
            let (_, undo) = self.undo.remove(at);
            self.mend(world, undo);
        }
        if let Some(index) = self.fragile
            && self.undo.is_empty()
            && has_everything(world, index)
        {
            world.listener.say(&format!("broker {} has everything again", index + 1));
            self.fragile = None;
        }
        if strikes && now >= self.next && self.fragile.is_none() {
            self.next = now + self.between(500, 7_000);
            self.strike(world).await;
        }
    }

    /// Ends all faults.
    pub fn heal(&mut self, world: &mut World) {
        for (_, undo) in std::mem::take(&mut self.undo) {
            self.mend(world, undo);
        }
        world.network.mend();
    }

    fn mend(&mut self, world: &mut World, undo: Undo) {
        world.listener.say(&format!("over: {undo:?}"));
        match undo {
            Undo::Start(index) => {
                if !world.machine(index).is_up {
                    world.start(index);
                }
            }
            Undo::LetGo(index) => {
                let machine = world.machine(index);
                if machine.is_held {
                    machine.is_held = false;
                    machine.node.let_go();
                }
            }
            Undo::Room(index) => world.machine(index).memory().limit_room(None),
            Undo::Pace(index) => world.machine(index).node.slow_disk(Duration::ZERO),
            Undo::Join(links) => {
                links.into_iter().for_each(|(from, to)| world.network.join_again(from, to));
            }
            Undo::Speed(links) => {
                let network = &world.network;
                links.into_iter().for_each(|(from, to)| network.delay_between(from, to, None));
            }
            Undo::Spread => world.network.delay(self.usual.0, self.usual.1),
        }
    }

    fn later(&mut self, world: &World, pause: Duration, undo: Undo) {
        self.undo.push((world.network.elapsed() + pause, undo));
    }

    fn note(&mut self, world: &World, kind: &'static str, what: &str) {
        assert!(KINDS.contains(&kind), "{kind} is not in the list");
        *self.counts.entry(kind).or_default() += 1;
        world.listener.say(&format!("fault: {kind}: {what}"));
    }

    /// A broker: the controller, the leader of most, or any.
    fn victim(&mut self, world: &World) -> usize {
        match self.rng.below(3) {
            0 => world.controller().unwrap_or(0),
            _ => self.rng.below(BROKERS as u64) as usize,
        }
    }

    async fn strike(&mut self, world: &mut World) {
        let index = self.victim(world);
        let name = world.brokers[index].name.clone();
        match self.rng.below(20) {
            0..=2 => self.end(world, index, Death::Killed, "broker killed").await,
            3..=4 => self.hold(world, index, "broker held"),
            5 => self.end(world, index, Death::PowerLost, "broker's unsynced data lost").await,
            6 => self.end(world, index, Death::Torn, "broker's unsynced data torn").await,
            7 => self.end(world, index, Death::DiskLost, "broker's disk lost").await,
            8 => {
                let room = self.rng.below(4_000);
                world.brokers[index].memory().limit_room(Some(room));
                let pause = self.between(500, 4_000);
                self.later(world, pause, Undo::Room(index));
                self.note(world, "broker's disk full", &name);
            }
            9 => self.slow_disk(world, index, "broker's disk slow"),
            10 => {
                let by = self.rng.below(3_600_000).cast_signed() - 1_800_000;
                world.brokers[index].node.jump(by);
                self.note(world, "broker's clock jumped", &format!("{name} by {by} ms"));
            }
            11 => match self.rng.below(2) {
                0 => self.end(world, ZOOKEEPER, Death::Killed, "ZooKeeper killed").await,
                _ => {
                    let torn = self.rng.below(2) == 0;
                    let death = if torn { Death::Torn } else { Death::PowerLost };
                    let kind = "ZooKeeper's unsynced data lost or torn";
                    self.end(world, ZOOKEEPER, death, kind).await;
                }
            },
            12 => match self.rng.below(2) {
                0 => self.hold(world, ZOOKEEPER, "ZooKeeper held"),
                _ => self.slow_disk(world, ZOOKEEPER, "ZooKeeper's disk slow"),
            },
            13..=14 => {
                let own = world.brokers[index].node.address();
                let others = self.others(world, own);
                let links = others.into_iter().flat_map(|it| [(own, it), (it, own)]).collect();
                self.cut(world, links, "machine cut off");
            }
            15 => {
                let (one, other) = self.two(world);
                self.cut(world, vec![(one, other), (other, one)], "link cut both ways");
            }
            16 => {
                let link = self.two(world);
                self.cut(world, vec![link], "link cut one way");
            }
            17 => self.slow(world),
            18 => {
                let mut broken = 0;
                for _ in 0..=self.rng.below(6) {
                    broken += u64::from(world.network.reset_one());
                }
                self.note(world, "connections reset", &broken.to_string());
            }
            _ => self.expire(world, index),
        }
    }

    /// Ends a process; what loses data only where that loses nothing that was promised.
    async fn end(&mut self, world: &mut World, index: usize, death: Death, kind: &'static str) {
        let loses = index < BROKERS
            && match death {
                Death::Killed => false,
                Death::DiskLost => true,
                Death::PowerLost | Death::Torn => !world.flushes,
            };
        if !world.machine(index).is_up || (loses && !self.may_lose(world, index)) {
            return;
        }
        if loses {
            self.fragile = Some(index);
        }
        let name = world.machine(index).name.clone();
        self.note(world, kind, &name);
        world.machine(index).end(death).await;
        let pause = self.between(200, 6_000);
        self.later(world, pause, Undo::Start(index));
    }

    /// Whether every partition has its full ISR, and nothing else is at fault.
    fn may_lose(&self, world: &World, index: usize) -> bool {
        self.undo.is_empty() && has_everything(world, index)
    }

    fn hold(&mut self, world: &mut World, index: usize, kind: &'static str) {
        let machine = world.machine(index);
        if machine.is_held || !machine.is_up {
            return;
        }
        machine.is_held = true;
        machine.node.hold();
        let name = machine.name.clone();
        let pause = self.between(500, 8_000);
        self.later(world, pause, Undo::LetGo(index));
        self.note(world, kind, &format!("{name} for {pause:?}"));
    }

    fn slow_disk(&mut self, world: &mut World, index: usize, kind: &'static str) {
        let takes = self.between(5, 400);
        let machine = world.machine(index);
        machine.node.slow_disk(takes);
        let name = machine.name.clone();
        let pause = self.between(1_000, 8_000);
        self.later(world, pause, Undo::Pace(index));
        self.note(world, kind, &format!("{name}: {takes:?}"));
    }

    fn addresses(&self, world: &World) -> Vec<Ipv4Addr> {
        let brokers = world.brokers.iter().map(|it| it.node.address());
        brokers.chain([world.zookeeper.node.address(), world.clients.address()]).collect()
    }

    fn others(&self, world: &World, own: Ipv4Addr) -> Vec<Ipv4Addr> {
        self.addresses(world).into_iter().filter(|it| *it != own).collect()
    }

    fn two(&mut self, world: &World) -> (Ipv4Addr, Ipv4Addr) {
        let all = self.addresses(world);
        let one = all[self.rng.below(all.len() as u64) as usize];
        let others = self.others(world, one);
        (one, others[self.rng.below(others.len() as u64) as usize])
    }

    fn cut(&mut self, world: &World, links: Vec<(Ipv4Addr, Ipv4Addr)>, kind: &'static str) {
        links.iter().for_each(|(from, to)| world.network.cut(*from, *to));
        let pause = self.between(500, 9_000);
        self.note(world, kind, &format!("{:?} for {pause:?}", links[0]));
        self.later(world, pause, Undo::Join(links));
    }

    fn slow(&mut self, world: &World) {
        let pause = self.between(1_000, 9_000);
        if self.rng.below(3) == 0 {
            let spread = self.between(20, 300);
            world.network.delay(self.usual.0, spread);
            self.later(world, pause, Undo::Spread);
            return self.note(world, "connections slow by chance", &format!("up to {spread:?}"));
        }
        let (one, other) = self.two(world);
        let least = self.between(1, 200);
        let delay = Delay { least, most: least + self.between(0, 300) };
        let mut links = vec![(one, other)];
        if self.rng.below(2) == 0 {
            links.push((other, one));
        }
        links.iter().for_each(|(from, to)| {
            world.network.delay_between(*from, *to, Some(delay));
        });
        self.note(world, "link slow", &format!("{one} to {other}: {delay:?}"));
        self.later(world, pause, Undo::Speed(links));
    }

    /// Cuts a broker off from ZooKeeper alone, for longer than its session lasts.
    fn expire(&mut self, world: &World, index: usize) {
        if world.controller() == Some(index) {
            self.deposed_controllers += 1;
        }
        let own = world.brokers[index].node.address();
        let zookeeper = world.zookeeper.node.address();
        let links = vec![(own, zookeeper), (zookeeper, own)];
        links.iter().for_each(|(from, to)| world.network.cut(*from, *to));
        let pause = self.between(3_500, 7_000);
        self.note(world, "session expired unawares", &format!("{own} for {pause:?}"));
        self.later(world, pause, Undo::Join(links));
    }
}

/// Whether a broker has every replica that is its, complete, and every ISR is full.
pub fn has_everything(world: &World, index: usize) -> bool {
    let running = world.running();
    let Some((_, own)) = running.iter().find(|(it, _)| *it == index) else { return false };
    let image = own.cluster.image();
    if running.len() < BROKERS || image.brokers.len() < BROKERS || image.topics.is_empty() {
        return false;
    }
    image.topics.values().all(|topic| {
        topic.partitions.values().all(|partition| {
            let of = |broker: &milena::kafka::broker::Broker| {
                broker.replicas.partition(&topic.name, partition.index).ok()
            };
            let leader = running.iter().filter_map(|it| of(&it.1)).find(|it| it.is_leader());
            let (Some(leader), Some(replica)) = (leader, of(own)) else { return false };
            let (Ok(there), Ok(here)) = (leader.offsets(), replica.offsets()) else { return false };
            partition.isr.len() == BROKERS
                && leader.isr().len() == BROKERS
                && replica.leader().1 == leader.leader().1
                && here.log_end >= there.high_watermark
        })
    })
}
