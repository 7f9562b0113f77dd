"""A producer and a group of a foreign client that work while servers are killed and held.

    load.py confluent-kafka|kafka-python BOOTSTRAP TOPIC PARTITIONS

Writes until its input ends, idempotent and with acks=all, and prints a line whenever something was
acknowledged. Then it reads everything and holds it against its books: every acknowledged record is
where it was said to be, and each producer's records are there once and in their order. A group that
reads along must be shown every offset. The last line says what came of it; so does the exit code.
"""
import collections
import sys
import threading
import time

RECORDS_A_SECOND = 50  # of a partition
QUIET_SECONDS = 60


class Books:
    def __init__(self, partitions):
        self.lock = threading.Lock()
        self.acknowledged = [[] for _ in range(partitions)]
        self.count, self.uncertain, self.reasons = 0, 0, collections.Counter()

    def acknowledge(self, partition, offset, number):
        with self.lock:
            self.acknowledged[partition].append((offset, number))
            self.count += 1

    def doubt(self, error):
        with self.lock:
            self.uncertain += 1
            self.reasons[str(error)[:160]] += 1


class Confluent:
    def __init__(self, bootstrap, topic, partitions, books):
        import confluent_kafka

        self.library, self.bootstrap, self.topic, self.books = confluent_kafka, bootstrap, topic, books
        self.partitions, self.fatal = partitions, None
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True, "acks": "all", "linger.ms": 5,
            "message.timeout.ms": 120000, "error_cb": self.error, "log_level": 0,
        })

    def error(self, error):
        if error.fatal():
            self.fatal = str(error)

    def send(self, partition, number):
        def done(error, message):
            if error:
                self.books.doubt(error)
            else:
                self.books.acknowledge(partition, message.offset(), number)

        try:
            self.producer.produce(self.topic, str(number).encode(), partition=partition, on_delivery=done)
        except BufferError:
            return False
        return True

    def poll(self):
        self.producer.poll(0)

    def finish(self):
        return self.producer.flush(QUIET_SECONDS) == 0

    def consumer(self, group):
        return self.library.Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": group or "nobody", "auto.offset.reset": "earliest",
            "enable.auto.commit": bool(group), "auto.commit.interval.ms": 500, "session.timeout.ms": 10000,
            "log_level": 0,
        })

    def records(self, group, stopped):
        """Partition, offset and number of what there is, until `stopped`."""
        consumer = self.consumer(group)
        if group:
            consumer.subscribe([self.topic])
        else:
            consumer.assign([self.library.TopicPartition(self.topic, it, 0) for it in range(self.partitions)])
        while not stopped():
            message = consumer.poll(0.2)
            if message is not None and not message.error():
                yield message.partition(), message.offset(), int(message.value())
        consumer.close()


class KafkaPython:
    def __init__(self, bootstrap, topic, partitions, books):
        import kafka

        self.library, self.bootstrap, self.topic, self.books = kafka, bootstrap.split(","), topic, books
        self.partitions, self.fatal = partitions, None
        self.producer = kafka.KafkaProducer(
            bootstrap_servers=self.bootstrap, enable_idempotence=True, acks="all", linger_ms=5,
            delivery_timeout_ms=120000,
        )

    def send(self, partition, number):
        sent = self.producer.send(self.topic, str(number).encode(), partition=partition)
        sent.add_callback(lambda done: self.books.acknowledge(partition, done.offset, number))
        sent.add_errback(self.books.doubt)
        return True

    def poll(self):
        pass

    def finish(self):
        self.producer.flush(QUIET_SECONDS)
        return True

    def records(self, group, stopped):
        while not stopped():
            try:
                yield from self.records_of_one(group, stopped)
            except self.library.errors.KafkaError:
                # It tells its application that a broker is gone. One that wants to live begins again.
                time.sleep(0.1)

    def records_of_one(self, group, stopped):
        consumer = self.library.KafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=group, auto_offset_reset="earliest",
            enable_auto_commit=bool(group), auto_commit_interval_ms=500, session_timeout_ms=10000,
        )
        if group:
            consumer.subscribe([self.topic])
        else:
            consumer.assign([self.library.TopicPartition(self.topic, it) for it in range(self.partitions)])
            consumer.seek_to_beginning()
        while not stopped():
            for messages in consumer.poll(200).values():
                for message in messages:
                    yield message.partition, message.offset, int(message.value)
        consumer.close()


def read_along(client, group, stop, found):
    """A group of one: again perhaps, but no offset is left out."""
    try:
        following = collections.Counter()
        for partition, offset, _ in client.records(group, stop.is_set):
            if offset > following[partition]:
                found.append(f"the group was shown {offset} of {partition} after {following[partition] - 1}")
                return
            following[partition] = max(following[partition], offset + 1)
        found.append(sum(following.values()))
    except Exception as error:
        found.append(f"the group failed: {error!r}")


def audit(client, books):
    """What is there, held against the books; gives how many records there are."""
    last = [max([offset for offset, _ in it if offset is not None], default=-1) for it in books.acknowledged]
    there = [{} for _ in last]
    highest, heard = [-1 for _ in last], time.monotonic()

    def complete():
        if time.monotonic() > heard + QUIET_SECONDS:
            raise AssertionError(f"nothing more comes after {highest}, and {last} was acknowledged")
        return all(read >= end for read, end in zip(highest, last))

    for partition, offset, number in client.records(None, complete):
        heard = time.monotonic()
        highest[partition] = max(highest[partition], offset)
        if there[partition].setdefault(offset, number) != number:
            raise AssertionError(f"{partition}: two records at {offset}")
    for partition, acknowledged in enumerate(books.acknowledged):
        numbers = [number for _, number in sorted(there[partition].items())]
        known = set(numbers)
        for offset, number in acknowledged:
            if number not in known:
                raise AssertionError(f"{partition}: {number}, acknowledged at {offset}, is not there")
            # librdkafka takes a batch as acknowledged once a later one is, and has no offset for it.
            if offset is not None and there[partition].get(offset) != number:
                raise AssertionError(f"{partition}: {number} is not at {offset}, but {there[partition].get(offset)}")
        for one, next_one in zip(numbers, numbers[1:]):
            if one >= next_one:
                raise AssertionError(f"{partition}: {one} stands before {next_one}")
    return sum(map(len, there))


def write(client, books, partitions, stop):
    """The load: until the input ends."""
    number, told, began = 0, 0, time.monotonic()
    while not stop.is_set():
        if client.fatal:
            raise AssertionError(f"the producer cannot go on: {client.fatal}")
        client.poll()
        if (time.monotonic() - began) * RECORDS_A_SECOND < number or not client.send(0, number):
            time.sleep(0.002)
            continue
        for partition in range(1, partitions):
            # One that is full has shown nothing of this number: its row goes on with the next.
            client.send(partition, number)
        number += 1
        if books.count > told and number % 10 == 0:
            told = books.count
            print("acknowledged", told, flush=True)


def main():
    name, bootstrap, topic, partitions = sys.argv[1:]
    partitions = int(partitions)
    books = Books(partitions)
    client = {"confluent-kafka": Confluent, "kafka-python": KafkaPython}[name](bootstrap, topic, partitions, books)
    stop, found = threading.Event(), []
    group = threading.Thread(target=read_along, args=(client, f"group-{name}", stop, found))
    group.start()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    try:
        write(client, books, partitions, stop)
        finished = client.finish()
    finally:
        stop.set()
        group.join()
    there = audit(client, books)
    reasons = f" ({dict(books.reasons)})" if books.reasons else ""
    said = f"{books.count} acknowledged, {books.uncertain} uncertain{reasons}, {there} there"
    if not finished:
        raise AssertionError(f"not everything was answered: {said}")
    if not isinstance(found[0], int):
        raise AssertionError(found[0])
    if books.count == 0:
        raise AssertionError("nothing was acknowledged")
    print(f"{said}, {found[0]} seen by the group", flush=True)


try:
    main()
except Exception as error:
    print(f"{type(error).__name__}: {error}", flush=True)
    sys.exit(1)
