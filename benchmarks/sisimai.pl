# Sisimai over bounce mails: perl sisimai.pl MBOX. Prints the seconds that it took.
use strict;
use warnings;
use Sisimai;
use Time::HiRes 'time';

my $begin = time;
my $found = Sisimai->make($ARGV[0], 'delivered' => 1);
my $seconds = time - $begin;
my %reasons;
$reasons{ $_->reason || 'none' }++ for @$found;
print "$seconds\n";
print STDERR scalar(@$found) . ' mails, ' . scalar(keys %reasons) . " reasons\n";
